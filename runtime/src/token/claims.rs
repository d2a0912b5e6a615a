//! The error for claims that do not fit a type of the program.

use std::{error::Error, fmt};

/// The reason why a token's claims cannot be converted to or from a type of the program.
///
/// # Examples
///
/// ```
/// use scopegate::{GrantedScopes, InvalidClaims, Token};
///
/// let token = Token::granting(GrantedScopes::parse("files:read"));
/// let error: InvalidClaims = token.with_claims("no object").unwrap_err();
/// assert_eq!(error.to_string(), "invalid claims: claims must be a JSON object");
/// ```
#[derive(Debug)]
pub struct InvalidClaims(Box<dyn Error + Send + Sync>);

impl InvalidClaims {
    pub(super) fn no_object() -> Self {
        Self("claims must be a JSON object".into())
    }
}

impl From<serde_json::Error> for InvalidClaims {
    fn from(error: serde_json::Error) -> Self {
        Self(Box::new(error))
    }
}

impl fmt::Display for InvalidClaims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invalid claims: {}", self.0)
    }
}

impl Error for InvalidClaims {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(self.0.as_ref())
    }
}
