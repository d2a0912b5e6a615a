//! Those who verify tokens.

use std::sync::Arc;

use super::{Presented, Token, VerifyError};

/// Verifies access tokens: the one thing about a token that depends on who issued it.
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
    /// It is called once per request for the same credentials, whatever gates of one verifier stand behind each other: what
    /// a middleware changes later of method, URI and other headers, it is not asked about again.
    ///
    /// # Errors
    ///
    /// [`VerifyError::expired`] and [`VerifyError::invalid`] become a 401 with `error="invalid_token"`;
    /// [`VerifyError::unavailable`], for when nobody can tell now, becomes a 503, so that clients keep their token.
    fn verify(&self, presented: &Presented<'_>) -> impl Future<Output = Result<Token, VerifyError>> + Send;

    /// Lists what is wrong with the verifier's configuration, each a sentence that says what to write instead. A gate reports
    /// them when it starts, and does not start with any.
    fn problems(&self) -> Vec<String> {
        Vec::new()
    }
}

/// So that several gates can share a verifier, and what it has learnt.
impl<V: TokenVerifier> TokenVerifier for Arc<V> {
    async fn verify(&self, presented: &Presented<'_>) -> Result<Token, VerifyError> {
        V::verify(self, presented).await
    }

    fn problems(&self) -> Vec<String> {
        V::problems(self)
    }
}
