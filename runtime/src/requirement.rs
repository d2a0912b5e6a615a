//! What an operation needs: alternatives, each a set of scopes.

use std::fmt;

use crate::scope::Scope;

/// What an operation needs of a caller: nothing, a valid token, or one of several sets of scopes.
///
/// The attributes make it. By hand it is needed only for a service that no attribute can stand on.
///
/// # Examples
///
/// ```
/// use scopegate::{Requirement, Scope};
///
/// const READ: Scope = Scope::from_static("files:read");
/// const WRITE: Scope = Scope::from_static("files:write");
/// const ADMIN: Scope = Scope::from_static("files:admin");
///
/// const DELETE: Requirement = Requirement::scopes(&[&[READ, WRITE], &[ADMIN]]);
/// assert_eq!(DELETE.to_string(), "files:read files:write | files:admin");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Requirement(Kind);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Kind {
    Public,
    Authenticated,
    Scopes(&'static [&'static [Scope]]),
}

impl Requirement {
    /// No token is needed, and one that is sent is ignored.
    pub const PUBLIC: Self = Self(Kind::Public);

    /// A valid token is needed, whatever scopes it grants beyond the gate's floor.
    pub const AUTHENTICATED: Self = Self(Kind::Authenticated);

    /// Needs every scope of at least one of the `alternatives`. The first is the one that clients are told to ask
    /// for, so write the least powerful first.
    ///
    /// # Panics
    ///
    /// When there is no alternative, or one without a scope; in a `const` this is a compile error.
    #[must_use]
    #[track_caller]
    pub const fn scopes(alternatives: &'static [&'static [Scope]]) -> Self {
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
    pub const fn alternatives(self) -> &'static [&'static [Scope]] {
        match self.0 {
            Kind::Public | Kind::Authenticated => &[],
            Kind::Scopes(alternatives) => alternatives,
        }
    }
}

/// Writes `public`, `authenticated`, or the alternatives with ` | ` between them.
impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Kind::Public => f.pad("public"),
            Kind::Authenticated => f.pad("authenticated"),
            Kind::Scopes(alternatives) => {
                f.pad(&alternatives.iter().map(|all| join(all)).collect::<Vec<_>>().join(" | "))
            }
        }
    }
}

/// Writes a scope list: `scope = scope-token *( SP scope-token )` ([RFC 6749, section 3.3]).
///
/// [RFC 6749, section 3.3]: https://www.rfc-editor.org/rfc/rfc6749#section-3.3
pub(crate) fn join(scopes: &[Scope]) -> String {
    scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(" ")
}
