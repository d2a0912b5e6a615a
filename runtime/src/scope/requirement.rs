//! What an operation needs: alternatives, each a set of scopes.

use std::fmt;

use crate::scope::{Scope, Template, join};

/// What an operation needs of a caller: nothing, a valid token, or one of several sets of scopes.
///
/// The attributes make it. For a service that no attribute can stand on, [`requirement!`](crate::requirement) does.
///
/// # Examples
///
/// ```
/// use scopegate::{Requirement, requirement};
///
/// const DELETE: Requirement = requirement!(any(all("files:read", "files:write"), "files:admin"));
/// assert_eq!(DELETE.to_string(), "files:read files:write | files:admin");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Requirement(Kind);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Kind {
    Public,
    Authenticated,
    Scopes(&'static [&'static [Need]]),
}

/// One scope of a requirement.
///
/// # Examples
///
/// ```
/// use scopegate::{Need, requirement};
///
/// let alternatives = requirement!("files:read", "tenant:{tenant}:member").alternatives();
/// let [Need::Scope(scope), Need::Template(template)] = alternatives[0] else { panic!() };
/// assert_eq!(scope.as_str(), "files:read");
/// assert_eq!(template.as_str(), "tenant:{tenant}:member");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Need {
    /// The scope itself.
    Scope(Scope),
    /// The scope that the request's path, or the URI of an MCP resource, makes of a template.
    Template(Template),
}

impl Need {
    #[doc(hidden)] // Made by generated code, which has checked it.
    #[must_use]
    pub const fn literal(text: &'static str) -> Self {
        Self::Scope(Scope::checked(text))
    }

    /// Returns the scope's text; a template's with its braces.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Scope(scope) => scope.as_str(),
            Self::Template(template) => template.as_str(),
        }
    }

    /// Returns the scope, if it does not depend on the request.
    #[must_use]
    pub const fn scope(self) -> Option<Scope> {
        match self {
            Self::Scope(scope) => Some(scope),
            Self::Template(_) => None,
        }
    }

    /// Returns the template, if there is one.
    #[must_use]
    pub const fn template(self) -> Option<Template> {
        match self {
            Self::Scope(_) => None,
            Self::Template(template) => Some(template),
        }
    }
}

impl Requirement {
    /// No token is needed, and one that is sent is ignored.
    pub const PUBLIC: Self = Self(Kind::Public);

    /// A valid token is needed, whatever scopes it grants beyond the gate's floor.
    pub const AUTHENTICATED: Self = Self(Kind::Authenticated);

    #[doc(hidden)] // Made by generated code.
    #[must_use]
    pub const fn scopes(alternatives: &'static [&'static [Need]]) -> Self {
        assert!(!alternatives.is_empty(), "a requirement needs at least one alternative");
        let mut at = 0;
        while at < alternatives.len() {
            assert!(!alternatives[at].is_empty(), "an alternative needs at least one scope");
            at += 1;
        }
        Self(Kind::Scopes(alternatives))
    }

    /// Tells whether no token is needed.
    #[must_use]
    pub const fn is_public(self) -> bool {
        matches!(self.0, Kind::Public)
    }

    /// Returns the alternatives in order of declaration; none where no particular scope is needed.
    #[must_use]
    pub const fn alternatives(self) -> &'static [&'static [Need]] {
        match self.0 {
            Kind::Public | Kind::Authenticated => &[],
            Kind::Scopes(alternatives) => alternatives,
        }
    }
}

/// Writes `public`, `authenticated`, or the alternatives with ` | ` between them.
impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let write = |all: &&[Need]| join(all.iter().map(|need| need.as_str()));
        match self.0 {
            Kind::Public => f.pad("public"),
            Kind::Authenticated => f.pad("authenticated"),
            Kind::Scopes(alternatives) => {
                f.pad(&alternatives.iter().map(write).collect::<Vec<_>>().join(" | "))
            }
        }
    }
}
