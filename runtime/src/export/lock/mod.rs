//! The scope lock: all access rules, in a file that is committed and reviewed.

mod bound;
mod change;
mod check_lock;
mod compare;
mod declarations;
mod declared;
mod error;
mod line;
mod login;
mod needs;
mod paths;
mod rest;
mod routes;
mod words;

use std::{collections::BTreeMap, fmt, str::FromStr};

pub use self::{change::Change, check_lock::check_lock, error::LockError, needs::Direction};
pub(super) use self::{
    check_lock::{Checked, check_or_write},
    error::Listed,
    routes::is_route,
};
use self::{
    declared::{Declared, Reader},
    line::Line,
};
use super::Admission;
use crate::scope::ScopeTable;

/// All access rules of a program: one line for each declaration of the policy and the gate, and one for each row of the
/// table.
///
/// The declarations name the floor, the implications, the wildcards and the credential sources. They also say whether
/// the gate accepts or requires tokens that are bound to a key or a certificate. A setting with its default value has
/// no line. The lock leaves out the authorization servers and the resource, because these differ between deployments,
/// and all deployments share one lock.
///
/// The lines of routes are sorted by path and method. Moving a route in the program therefore changes no line, and two
/// branches that add routes rarely touch the same line. A change to one route does not change the lines of other
/// routes: columns are not aligned, and the lock leaves out the source files and line numbers of handlers.
///
/// A comparison of two locks looks for tokens that one lock lets through and the other lock refuses. The floor and the
/// implications of each lock apply only to the routes of the same lock. A template such as `tenant:{id}:read` is
/// treated as one scope, which wildcards can cover. But if an implication or the floor names `tenant:acme:read`, the
/// two locks are compared once more, with `acme` in place of `{id}`.
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

const HEADER: &str = "# What each route needs. Do not edit. To write this file, run `cargo scopegate check --write`, or `UPDATE_SCOPES=1 cargo test` if a test checks it.
# For the lock of a second gate, add `--bin NAME` and `--lock FILE` to the first command.";

impl Lock {
    /// Makes the lock from `admission` and `table`. `admission` is a `&Gate` or a `&Policy`.
    #[must_use]
    pub fn of<'a>(admission: impl Into<Admission<'a>>, table: &ScopeTable) -> Self {
        let mut lines: Vec<Line> = table.entries().iter().map(Line::from).collect();
        lines.sort_by(|one, other| {
            let key = |line: &Line| (line.place.clone(), line.methods.clone(), line.handler.clone());
            key(one).cmp(&key(other))
        });
        Self { declared: admission.into().into(), lines }
    }

    /// Returns the lines about the policy and the gate, except the lines about implications.
    pub(super) fn gate_lines(&self) -> Vec<String> {
        let declared = Declared { implied: BTreeMap::new(), ..self.declared.clone() };
        declared.to_string().lines().map(str::to_owned).collect()
    }

    /// Lists the differences from the lock `old`. Changes that weaken the lock come first, and changes without effect
    /// on access come last.
    #[must_use]
    pub fn changes_since(&self, old: &Self) -> Vec<Change> {
        change::between(old, self)
    }
}

/// Writes the text of the lock file, with a line break at the end.
impl fmt::Display for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}")?;
        write!(f, "{}", self.declared)?;
        self.lines.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

/// Parses the text of a lock file. Windows line breaks are accepted. Empty lines and lines that begin with `#` are
/// ignored. Older versions of scopegate wrote locks without declarations. In a lock without declarations, each setting
/// has its default value.
impl FromStr for Lock {
    type Err = LockError;

    fn from_str(text: &str) -> Result<Self, LockError> {
        let (mut declared, mut lines) = (Reader::default(), Vec::new());
        let mut last = (0, "");
        for (at, line) in rules(text) {
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

/// Iterates over the lines that contain rules, each with its line number. Leaves out empty lines and comments.
fn rules(text: &str) -> impl Iterator<Item = (usize, &str)> {
    (1..).zip(text.lines()).filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
}
