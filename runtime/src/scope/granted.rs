//! The scopes that a token grants.

use std::{
    collections::{BTreeSet, btree_set},
    fmt,
    iter::Map,
};

use super::scope::join;

/// The set of scopes that a token grants. The set does not contain scopes that the token has only by implication. Order
/// and repetition do not matter. The scopes are case-sensitive.
///
/// # Examples
///
/// ```
/// use scopegate::GrantedScopes;
///
/// let granted = GrantedScopes::parse("files:read files:write");
/// assert!(granted.contains("files:read"));
/// assert!(!granted.contains("files"));
///
/// assert_eq!(granted.len(), 2);
/// assert_eq!(granted.to_string(), "files:read files:write");
/// for scope in &granted {
///     println!("{scope}");
/// }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GrantedScopes(BTreeSet<Box<str>>);

impl GrantedScopes {
    /// Reads a space-delimited list, such as a `scope` claim ([RFC 6749, section 3.3]).
    ///
    /// [RFC 6749, section 3.3]: https://www.rfc-editor.org/rfc/rfc6749#section-3.3
    #[must_use]
    pub fn parse(list: &str) -> Self {
        list.split(' ').filter(|scope| !scope.is_empty()).collect()
    }

    /// Tells whether the set contains `scope`. The comparison is exact and case-sensitive.
    #[must_use]
    pub fn contains(&self, scope: &str) -> bool {
        self.0.contains(scope)
    }

    /// Iterates over the scopes in alphabetical order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.into_iter()
    }

    /// Returns the number of scopes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Tells whether the set is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Iterates in the same order as [`GrantedScopes::iter`].
impl<'a> IntoIterator for &'a GrantedScopes {
    type Item = &'a str;
    type IntoIter = Map<btree_set::Iter<'a, Box<str>>, fn(&'a Box<str>) -> &'a str>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter().map(AsRef::as_ref)
    }
}

impl IntoIterator for GrantedScopes {
    type Item = Box<str>;
    type IntoIter = btree_set::IntoIter<Box<str>>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<S: Into<Box<str>>> FromIterator<S> for GrantedScopes {
    fn from_iter<I: IntoIterator<Item = S>>(scopes: I) -> Self {
        Self(scopes.into_iter().map(Into::into).collect())
    }
}

/// Writes the scopes as a space-delimited list, which [`GrantedScopes::parse`] can read.
impl fmt::Display for GrantedScopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&join(self.iter()))
    }
}
