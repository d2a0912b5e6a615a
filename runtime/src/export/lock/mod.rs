//! The scope lock: everything that lets somebody in, in a file that is committed and reviewed.

mod bound;
mod change;
mod check_lock;
mod compare;
mod declarations;
mod declared;
mod error;
mod instance;
mod line;
mod login;
mod needs;
mod paths;
mod rest;
mod routes;
mod words;

use std::{collections::BTreeMap, fmt, str::FromStr};

pub(super) use self::error::Listed;
pub use self::{change::Change, check_lock::check_lock, error::LockError, needs::Direction};
use self::{
    declared::{Declared, Reader},
    line::Line,
};
use super::Admission;
use crate::scope::ScopeTable;

/// Everything that lets somebody in: one line for each thing that the policy and the gate declare, and one a route.
///
/// The declarations are the floor, which scopes imply which, wildcards, where credentials come from, and which tokens are
/// accepted, or demanded, that are bound to a key or a certificate. Defaults have no line. Which authorization servers issue
/// tokens, and for which resource, is left out: a program has that from its deployment, and a lock holds for all of these.
///
/// The lines are sorted, those of routes by path and method, since the order in which routes are mounted decides nothing:
/// moving them changes no line, and two branches that add routes rarely touch the same one. For the same reason columns are
/// not aligned, and file and line of a handler are left out.
///
/// Two locks are compared by the tokens that get in: what a route needs is judged with the floor and the implications of its
/// own lock. A template is a scope like any other in that: wildcards stand for it. Where an implication names what it comes to for one
/// value, that value is looked at by itself, too.
///
/// # Examples
///
/// ```
/// use scopegate::{Policy, Router, Scope, export::Lock, public, requires_scope, routing::get};
///
/// #[requires_scope(any(all("files:read", "files:write"), "files:admin"))]
/// async fn delete() {}
///
/// #[public]
/// async fn health() {}
///
/// let routes: Router = Router::new().route("/health", get(health)).route("/files/{name}", scopegate::routing::delete(delete));
/// let policy = Policy::new().floor([Scope::from_static("files")]);
/// let lock = Lock::of(&policy, &routes.table());
/// let text = lock.to_string();
/// assert!(text.contains("\nfloor: files\n"));
/// assert!(text.contains("\nDELETE /files/{name} files:read files:write | files:admin by "));
/// assert!(text.contains("\nGET /health public by "));
///
/// let changes = |old: Lock| lock.changes_since(&old).iter().map(ToString::to_string).collect::<Vec<_>>();
/// let stricter: Lock = text.replace("files:write | files:admin", "files:write").parse()?;
/// assert_eq!(changes(stricter), ["`DELETE /files/{name}` now lets `files:admin` through, too"]);
/// let stricter: Lock = text.replace("floor: files", "floor: api files").parse()?;
/// assert_eq!(changes(stricter), ["the floor no longer demands `api`"]);
/// # Ok::<(), scopegate::export::LockError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lock {
    declared: Declared,
    lines: Vec<Line>,
}

const HEADER: &str = "# What each route needs. Do not edit: `UPDATE_SCOPES=1 cargo test` writes it.";

impl Lock {
    /// Says what lets somebody in: `admission`, which is a `&Gate` or a `&Policy`, and what each entry of `table` needs.
    #[must_use]
    pub fn of<'a>(admission: impl Into<Admission<'a>>, table: &ScopeTable) -> Self {
        let mut lines: Vec<Line> = table.entries().iter().map(Line::from).collect();
        lines.sort_by(|one, other| {
            let key = |line: &Line| (line.place.clone(), line.methods.clone(), line.handler.clone());
            key(one).cmp(&key(other))
        });
        Self { declared: admission.into().into(), lines }
    }

    /// Returns the lines about the policy and the gate, but those about implications.
    pub(super) fn gate_lines(&self) -> Vec<String> {
        let declared = Declared { implied: BTreeMap::new(), ..self.declared.clone() };
        declared.to_string().lines().map(str::to_owned).collect()
    }

    /// Lists what is different from an `old` lock: first what got weaker, last what changes nothing about who may call.
    #[must_use]
    pub fn changes_since(&self, old: &Self) -> Vec<Change> {
        change::between(old, self)
    }
}

/// Writes the file, which ends in a line break.
impl fmt::Display for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}")?;
        write!(f, "{}", self.declared)?;
        self.lines.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

/// Reads the file. Line breaks may be those of Windows; empty lines and those that begin with `#` say nothing. A lock without
/// declarations, as older versions wrote it, is one where nothing is declared.
impl FromStr for Lock {
    type Err = LockError;

    fn from_str(text: &str) -> Result<Self, LockError> {
        let (mut declared, mut lines) = (Reader::default(), Vec::new());
        let mut last = (0, "");
        for (at, line) in
            (1..).zip(text.lines()).filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
        {
            let unreadable = |fault| LockError::unreadable(at, line, fault);
            if declared.read(line).map_err(unreadable)? {
                last = (at, line);
            } else {
                lines.push(Line::parse(line).map_err(unreadable)?);
            }
        }
        let declared = declared.finish();
        match declared.policy().contradictions().first() {
            Some(contradiction) => Err(LockError::unreadable(last.0, last.1, contradiction)),
            None => Ok(Self { declared, lines }),
        }
    }
}
