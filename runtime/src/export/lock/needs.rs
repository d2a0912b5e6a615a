//! What a route needs, as a lock remembers it, and which of two such needs lets more through.

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
    /// Who is let through stays the same, or the route is new and protected, or gone.
    Neutral,
}

impl Direction {
    /// Tells whether somebody may be let through who was refused before.
    #[must_use]
    pub const fn opens(self) -> bool {
        matches!(self, Self::Weaker | Self::Changed)
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

impl Needs {
    /// Judges what it means that `self` takes the place of `old`, each scope standing for itself alone.
    pub(super) fn direction_from(&self, old: &Self) -> Direction {
        match (self.admits_all_of(old), old.admits_all_of(self)) {
            (true, true) => Direction::Neutral,
            (true, false) => Direction::Weaker,
            (false, true) => Direction::Stricter,
            (false, false) => Direction::Changed,
        }
    }

    /// Tells whether who meets `other` meets `self`: implication of an OR of ANDs by an OR of ANDs.
    ///
    /// No scope is ever denied, so it is enough to look at the least that each alternative of `other` asks for.
    fn admits_all_of(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Public, _) | (Self::Authenticated, Self::Authenticated | Self::Scopes(_)) => true,
            (_, Self::Public) | (Self::Scopes(_), Self::Authenticated) => false,
            (Self::Scopes(own), Self::Scopes(theirs)) => {
                theirs.iter().all(|needed| own.iter().any(|enough| is_subset(enough, needed)))
            }
        }
    }
}

impl From<Requirement> for Needs {
    fn from(requirement: Requirement) -> Self {
        let alternative =
            |needs: &&[crate::Need]| needs.iter().map(|need| need.as_str().to_owned()).collect();
        match requirement.alternatives() {
            _ if requirement.is_public() => Self::Public,
            [] => Self::Authenticated,
            alternatives => Self::Scopes(alternatives.iter().map(alternative).collect()),
        }
    }
}

pub(super) fn is_subset(some: &[String], all: &[String]) -> bool {
    some.iter().all(|scope| all.contains(scope))
}
