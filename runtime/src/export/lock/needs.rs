//! The requirement of an operation in a lock, and the effect of a change on callers.

use std::{borrow::Cow, fmt};

use scopegate_grammar::has_template_parameter;

use crate::scope::Requirement;

/// A [`Requirement`] with owned strings, because a lock is read from a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Needs {
    Public,
    Authenticated,
    /// The alternatives. Each alternative is a list of scopes. The text of a scope is the same as in an attribute.
    /// There is at least one alternative, and each has at least one scope.
    Scopes(Vec<Vec<String>>),
}

impl Needs {
    /// Tells whether at least one scope is a template.
    pub(super) fn has_templates(&self) -> bool {
        match self {
            Self::Public | Self::Authenticated => false,
            Self::Scopes(alternatives) => {
                alternatives.iter().flatten().any(|scope| has_template_parameter(scope))
            }
        }
    }
}

/// The effect of a change on callers.
///
/// # Examples
///
/// ```
/// use scopegate::export::{Direction, Lock};
///
/// let old: Lock = "GET /files public by list".parse()?;
/// let new: Lock = "GET /files files:read by list".parse()?;
/// let change = &new.changes_since(&old)[0];
/// assert_eq!(change.direction(), Direction::Stricter);
/// assert!(!change.direction().opens());
/// # Ok::<(), scopegate::export::LockError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Direction {
    /// Some callers are newly let through, and no caller is newly refused.
    Weaker,
    /// Some callers are newly let through, and others are newly refused.
    Changed,
    /// Some callers are newly refused, and no caller is newly let through.
    Stricter,
    /// The same callers as before are let through. A new protected route is also neutral if no rule of the old lock
    /// applied to its requests. A removed route is also neutral if no rule of the new lock applies to its requests.
    Neutral,
}

impl Direction {
    pub(super) const fn of(opens: bool, closes: bool) -> Self {
        match (opens, closes) {
            (true, false) => Self::Weaker,
            (true, true) => Self::Changed,
            (false, true) => Self::Stricter,
            (false, false) => Self::Neutral,
        }
    }

    /// Tells whether the change can let through a caller that was refused before the change.
    #[must_use]
    pub const fn opens(self) -> bool {
        matches!(self, Self::Weaker | Self::Changed)
    }

    /// Tells whether the change can make the gate refuse a caller that it let through before.
    pub(super) const fn closes(self) -> bool {
        matches!(self, Self::Stricter | Self::Changed)
    }

    /// Returns the effect that `self` and `other` have in common.
    pub(super) const fn within(self, other: Self) -> Self {
        Self::of(self.opens() && other.opens(), self.closes() && other.closes())
    }

    /// Returns the combined effect of two changes.
    pub(super) const fn and(self, other: Self) -> Self {
        Self::of(self.opens() || other.opens(), self.closes() || other.closes())
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Weaker => "weaker",
            Self::Changed => "changed",
            Self::Stricter => "stricter",
            Self::Neutral => "otherwise",
        })
    }
}

impl From<&Requirement> for Needs {
    fn from(requirement: &Requirement) -> Self {
        let alternative = |scopes: Vec<Cow<'_, str>>| scopes.into_iter().map(Cow::into_owned).collect();
        let alternatives: Vec<_> = requirement.written_alternatives().into_iter().map(alternative).collect();
        match alternatives[..] {
            _ if requirement.is_public() => Self::Public,
            [] => Self::Authenticated,
            _ => Self::Scopes(alternatives),
        }
    }
}
