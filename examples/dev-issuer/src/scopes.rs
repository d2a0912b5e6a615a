//! Scopes ([RFC 6749, section 3.3]).
//!
//! [RFC 6749, section 3.3]: https://www.rfc-editor.org/rfc/rfc6749#section-3.3

use crate::error::{Code, OAuthError};
use crate::params::Params;

/// Scopes in the requested order, without repetition.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Scopes(Vec<String>);

impl Scopes {
    /// Reads the `scope` parameter. Without it, the set is empty.
    pub(crate) fn from_request(params: &Params) -> Result<Self, OAuthError> {
        let mut scopes = Vec::new();
        for scope in
            params.optional("scope")?.unwrap_or_default().split(' ').filter(|scope| !scope.is_empty())
        {
            if !scope.bytes().all(is_nqchar) {
                return Err(OAuthError::new(
                    Code::InvalidScope,
                    "`scope` holds a character that no scope may have",
                ));
            }
            if !scopes.iter().any(|known| known == scope) {
                scopes.push(scope.to_owned());
            }
        }
        Ok(Self(scopes))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn contains_all(&self, others: &Self) -> bool {
        others.0.iter().all(|scope| self.0.contains(scope))
    }

    /// Keeps the scopes for which `keep` holds.
    pub(crate) fn only(&self, keep: impl Fn(&str) -> bool) -> Self {
        Self(self.iter().filter(|scope| keep(scope)).map(str::to_owned).collect())
    }

    /// The value of a `scope` member, which the grammar does not allow to be empty.
    pub(crate) fn to_member(&self) -> Option<String> {
        (!self.is_empty()).then(|| self.0.join(" "))
    }
}

/// `NQCHAR = %x21 / %x23-5B / %x5D-7E` ([RFC 6749, appendix A](https://www.rfc-editor.org/rfc/rfc6749#appendix-A)).
fn is_nqchar(byte: u8) -> bool {
    matches!(byte, 0x21 | 0x23..=0x5B | 0x5D..=0x7E)
}
