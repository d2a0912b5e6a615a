//! What a route needs, as a lock remembers it, and what a change does to those who may call.

use std::fmt;

use crate::scope::Requirement;

/// [`Requirement`] with text of its own, since a lock is read from a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Needs {
    Public,
    Authenticated,
    /// Alternatives, each a set of scopes; none of the two is empty.
    Scopes(Vec<Vec<String>>),
}

impl Needs {
    /// Tells whether a scope of it may depend on a value.
    pub(super) fn has_templates(&self) -> bool {
        match self {
            Self::Public | Self::Authenticated => false,
            Self::Scopes(alternatives) => alternatives.iter().flatten().any(|scope| scope.contains('{')),
        }
    }
}

/// What a change does to those who may call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Direction {
    /// Somebody is let through who was not, and nobody is refused who was let through.
    Weaker,
    /// Somebody is let through who was not, and somebody is refused who was let through.
    Changed,
    /// Somebody is refused who was let through, and nobody is let through who was not.
    Stricter,
    /// Who is let through stays the same, or the route is new and protected, or gone, and nothing else counts
    /// in its place.
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

    /// Tells whether somebody may be let through who was refused before.
    #[must_use]
    pub const fn opens(self) -> bool {
        matches!(self, Self::Weaker | Self::Changed)
    }

    /// Tells whether somebody may be refused who was let through before.
    pub(super) const fn closes(self) -> bool {
        matches!(self, Self::Stricter | Self::Changed)
    }

    /// Leaves of what a change does what another does as well.
    pub(super) const fn within(self, other: Self) -> Self {
        Self::of(self.opens() && other.opens(), self.closes() && other.closes())
    }

    /// Adds up what two changes do.
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
        let alternative = |scopes: Vec<&str>| scopes.into_iter().map(str::to_owned).collect();
        let alternatives: Vec<_> = requirement.alternatives().into_iter().map(alternative).collect();
        match alternatives[..] {
            _ if requirement.is_public() => Self::Public,
            [] => Self::Authenticated,
            _ => Self::Scopes(alternatives),
        }
    }
}
