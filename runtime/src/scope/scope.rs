//! Scopes. A scope is the name of one permission. Its text is a scope-token of RFC 6749.

use std::{borrow::Borrow, fmt, str::FromStr};

use super::{need::Need, requirement::Requirement, text::Text};
use crate::shown::debug_as_display;

/// A scope whose text is known at compile time: one scope-token of [RFC 6749, section 3.3].
///
/// The constructors check the text, so every `Scope` can be sent in a challenge. In a `const`, the check runs at
/// compile time.
///
/// # Examples
///
/// ```
/// use scopegate::Scope;
///
/// const WRITE: Scope = Scope::from_static("files:write");
/// assert_eq!(WRITE.as_str(), "files:write");
/// ```
///
/// In an attribute or a requirement, a scope with a parameter in braces, such as `tenant:{tenant}:read`, is a template.
///
/// A scope contains no spaces, so this does not compile:
///
/// ```compile_fail
/// const BOTH: scopegate::Scope = scopegate::Scope::from_static("files:read files:write");
/// ```
///
/// [RFC 6749, section 3.3]: https://www.rfc-editor.org/rfc/rfc6749#section-3.3
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scope(&'static str);

impl Scope {
    /// Wraps text that a macro has already checked by the rules of [`Scope::new`].
    pub(crate) const fn checked(text: &'static str) -> Self {
        Self(text)
    }

    /// Makes a scope from a string in the program's source.
    ///
    /// # Panics
    ///
    /// Panics if `text` is not a scope-token, or if it contains a parameter of a Bearer challenge, such as `scope=` or
    /// `error=`. Also panics if `text` is `offline_access`, because that scope asks the authorization server for a
    /// refresh token and is not a permission of a resource. In a `const` the panic is a compile error.
    #[must_use]
    #[track_caller]
    pub const fn from_static(text: &'static str) -> Self {
        match Self::new(text) {
            Ok(scope) => scope,
            Err(invalid) => panic!("{}", invalid.0.message()),
        }
    }

    /// Makes a scope, as [`Scope::from_static`] does, but returns an error instead of panicking.
    ///
    /// # Errors
    ///
    /// Fails if `text` is not a scope-token, if it contains `scope=`, `error=` or another parameter of a challenge, or
    /// if it is `offline_access`.
    pub const fn new(text: &'static str) -> Result<Self, InvalidScope> {
        match scopegate_grammar::check(text) {
            Ok(()) => Ok(Self(text)),
            Err(fault) => Err(InvalidScope(fault)),
        }
    }

    /// Returns the text of the scope: the same text that tokens contain.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.0
    }

    /// Returns this scope. The variants of a vocabulary also have a method `as_scope`, so an attribute can emit the
    /// same code for a constant and for a variant.
    #[must_use]
    pub const fn as_scope(self) -> Self {
        self
    }

    /// Returns a requirement that demands only this scope. An attribute with a single scope uses this requirement.
    #[doc(hidden)]
    #[must_use]
    #[track_caller]
    pub const fn as_requirement(self) -> Requirement {
        Requirement::one(self)
    }

    /// Returns the scope as a part of a requirement, for an attribute that names several scopes.
    #[doc(hidden)]
    #[must_use]
    #[track_caller]
    pub const fn as_need(self) -> Need {
        Need::of(self)
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl fmt::Debug for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.0, f)
    }
}

impl serde::Serialize for ScopeToken {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl AsRef<str> for Scope {
    fn as_ref(&self) -> &str {
        self.0
    }
}

/// A scope whose text can be determined at run time. The text comes from the program's source, from its configuration,
/// or from a template and a path parameter. Clones are cheap.
///
/// # Examples
///
/// ```
/// use scopegate::{Scope, ScopeToken};
///
/// let token = ScopeToken::from(Scope::from_static("files:read"));
/// assert_eq!(token, ScopeToken::new("files:read")?);
/// # Ok::<(), scopegate::InvalidScope>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ScopeToken(Text);

impl ScopeToken {
    /// Makes a scope from text that is known only at run time, such as text from the program's configuration.
    ///
    /// # Errors
    ///
    /// Fails if [`Scope::new`] would fail for the same text.
    pub fn new(text: &str) -> Result<Self, InvalidScope> {
        scopegate_grammar::check(text).map(|()| Self::filled(text)).map_err(InvalidScope)
    }

    /// Makes a scope from text whose parts are already checked.
    pub(crate) fn filled(text: &str) -> Self {
        Self(text.into())
    }

    /// Returns the scope's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for ScopeToken {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl FromStr for ScopeToken {
    type Err = InvalidScope;

    fn from_str(text: &str) -> Result<Self, InvalidScope> {
        Self::new(text)
    }
}

impl AsRef<str> for ScopeToken {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl From<ScopeToken> for Text {
    fn from(scope: ScopeToken) -> Self {
        scope.0
    }
}

impl From<Scope> for ScopeToken {
    fn from(scope: Scope) -> Self {
        Self(Text::Static(scope.0))
    }
}

impl fmt::Display for ScopeToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ScopeToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl PartialEq<Scope> for ScopeToken {
    fn eq(&self, other: &Scope) -> bool {
        *self.0 == *other.0
    }
}

/// Joins scopes with spaces, as in the grammar `scope = scope-token *( SP scope-token )` of [RFC 6749, section 3.3].
///
/// [RFC 6749, section 3.3]: https://www.rfc-editor.org/rfc/rfc6749#section-3.3
pub(crate) fn join<'a>(scopes: impl IntoIterator<Item = &'a str>) -> String {
    scopes.into_iter().collect::<Vec<_>>().join(" ")
}

/// The reason why a string is not a [`Scope`].
///
/// # Examples
///
/// ```
/// use scopegate::{InvalidScope, Scope};
///
/// let error: InvalidScope = Scope::new("").unwrap_err();
/// assert_eq!(error.to_string(), "a scope cannot be empty; name the permission, as in `\"files:read\"`");
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct InvalidScope(scopegate_grammar::Fault);

impl fmt::Display for InvalidScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

debug_as_display!(InvalidScope);

impl std::error::Error for InvalidScope {}
