//! One difference between two locks.

use std::fmt;

use super::{Lock, compare::Side, declarations, needs::Direction, routes::Routes};

/// One difference between two locks.
///
/// `Display` writes the change in words, as in ``` `DELETE /files/{name}` no longer needs `files:admin` ```. The
/// wording can differ between releases.
///
/// # Examples
///
/// ```
/// use scopegate::export::{Change, Direction, Lock};
///
/// let old: Lock = "GET /files files:read files:list by list".parse()?;
/// let new: Lock = "GET /files files:read by list".parse()?;
/// let changes: Vec<Change> = new.changes_since(&old);
/// assert_eq!(changes[0].to_string(), "`GET /files` no longer needs `files:list`");
/// assert_eq!(changes[0].direction(), Direction::Weaker);
/// # Ok::<(), scopegate::export::LockError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    direction: Direction,
    words: String,
}

impl Change {
    pub(super) const fn new(direction: Direction, words: String) -> Self {
        Self { direction, words }
    }

    /// Returns the effect of the change on callers.
    #[must_use]
    pub const fn direction(&self) -> Direction {
        self.direction
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words)
    }
}

/// Lists the differences, in the order of the variants of [`Direction`]. Among changes with the same direction, changes
/// to declarations come before changes to routes.
pub(super) fn between(old: &Lock, new: &Lock) -> Vec<Change> {
    let routes = Routes::of(&old.lines, &new.lines);
    let sides = [Side::from(&old.declared), Side::from(&new.declared)];
    let mut changes = declarations::changes(&old.declared, &new.declared, &sides, &routes);
    changes.extend(routes.changes(&sides));
    changes.sort_by_key(Change::direction);
    changes
}
