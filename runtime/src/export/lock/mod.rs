//! The scope lock: what each route needs, in a file that is committed and reviewed.

mod change;
mod check;
mod error;
mod line;
mod needs;
mod words;

use std::{fmt, str::FromStr};

pub(super) use self::error::Listed;
use self::line::Line;
pub use self::{change::Change, check::check_lock, error::LockError, needs::Direction};
use crate::scope::ScopeTable;

/// What each route needs, one line a route.
///
/// The lines are sorted by path and method, since the order in which routes are mounted decides nothing: moving them
/// changes no line, and two branches that add routes rarely touch the same one. For the same reason columns are not
/// aligned, and file and line of a handler are left out.
///
/// Two locks are compared scope by scope: what implies what, and the floor, is the gate's, and no part of a table.
///
/// # Examples
///
/// ```
/// use scopegate::{Router, export::Lock, public, requires_scope, routing::get};
///
/// #[requires_scope(any(all("files:read", "files:write"), "files:admin"))]
/// async fn delete() {}
///
/// #[public]
/// async fn health() {}
///
/// let routes: Router = Router::new().route("/health", get(health)).route("/files/{name}", scopegate::routing::delete(delete));
/// let lock = Lock::of(&routes.table()).to_string();
/// assert!(lock.contains("\nDELETE /files/{name} files:read files:write | files:admin by "));
/// assert!(lock.contains("\nGET /health public by "));
///
/// let stricter: Lock = lock.replace("files:write | files:admin", "files:write").parse()?;
/// let changes: Vec<String> = Lock::of(&routes.table()).changes_since(&stricter).iter().map(ToString::to_string).collect();
/// assert_eq!(changes, ["`DELETE /files/{name}` now lets `files:admin` through, too"]);
/// # Ok::<(), scopegate::export::LockError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lock {
    lines: Vec<Line>,
}

const HEADER: &str = "# What each route needs. Do not edit: `UPDATE_SCOPES=1 cargo test` writes it.";

impl Lock {
    /// Says what each entry of `table` needs.
    #[must_use]
    pub fn of(table: &ScopeTable) -> Self {
        let mut lines: Vec<Line> = table.entries().iter().map(Line::from).collect();
        lines.sort_by(|one, other| {
            let key = |line: &Line| (line.place.clone(), line.methods.clone(), line.handler.clone());
            key(one).cmp(&key(other))
        });
        Self { lines }
    }

    /// Lists what is different from an `old` lock: first what got weaker, last what changes nothing about who may call.
    #[must_use]
    pub fn changes_since(&self, old: &Self) -> Vec<Change> {
        change::between(&old.lines, &self.lines)
    }
}

/// Writes the file, which ends in a line break.
impl fmt::Display for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}")?;
        self.lines.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

/// Reads the file. Line breaks may be those of Windows; empty lines and those that begin with `#` say nothing.
impl FromStr for Lock {
    type Err = LockError;

    fn from_str(text: &str) -> Result<Self, LockError> {
        let lines = text.lines().enumerate().filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
        let parse = |(at, line): (usize, &str)| {
            Line::parse(line).map_err(|fault| LockError::unreadable(at + 1, line, fault))
        };
        lines.map(parse).collect::<Result<_, _>>().map(|lines| Self { lines })
    }
}
