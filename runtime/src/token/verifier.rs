//! The trait of verifiers.

use std::sync::Arc;

use super::{Presented, Token, VerifyError};

/// Verifies access tokens. Only the verifier depends on who issued a token; the rest of scopegate treats all tokens
/// alike.
///
/// # Examples
///
/// ```
/// use scopegate::{GrantedScopes, Presented, Token, TokenVerifier, VerifyError};
///
/// struct Sessions;
///
/// impl TokenVerifier for Sessions {
///     async fn verify(&self, presented: &Presented<'_>) -> Result<Token, VerifyError> {
///         match presented.token() {
///             "s3cret" => Ok(Token::granting(GrantedScopes::parse("files:read"))
///                 .with_issuer("https://files.example.com/sessions")
///                 .with_subject("alice")),
///             _ => Err(VerifyError::invalid("no such session")),
///         }
///     }
/// }
/// ```
pub trait TokenVerifier: Send + Sync + 'static {
    /// Verifies the token that a request presents.
    ///
    /// If nested gates share the verifier, the resource, the credential sources and the rules for bound tokens, they
    /// call the verifier only once per request. The inner gate calls the verifier again if a middleware between the
    /// gates changes the credentials. The inner gate does not call the verifier again if the middleware changes only
    /// the method, the URI, or headers without credentials. There is one exception: a gate that reads cookies can call
    /// the verifier again if the change affects whether a cookie counts as a credential.
    ///
    /// # Errors
    ///
    /// [`VerifyError::expired`] and [`VerifyError::invalid`] become a 401 with `error="invalid_token"`. Return
    /// [`VerifyError::unavailable`] if the token cannot be verified now. This error becomes a 503, so that clients keep
    /// their token.
    fn verify(&self, presented: &Presented<'_>) -> impl Future<Output = Result<Token, VerifyError>> + Send;

    /// Lists the problems of the verifier's configuration. Each problem says what is wrong and what to write instead. A
    /// gate with problems reports all of them and does not start.
    fn problems(&self) -> Vec<String> {
        Vec::new()
    }
}

/// Lets several gates share a verifier and its caches.
impl<V: TokenVerifier> TokenVerifier for Arc<V> {
    async fn verify(&self, presented: &Presented<'_>) -> Result<Token, VerifyError> {
        V::verify(self, presented).await
    }

    fn problems(&self) -> Vec<String> {
        V::problems(self)
    }
}
