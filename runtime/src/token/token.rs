//! What a verified access token says, and the trait of those who verify it.

use std::{error::Error, fmt, sync::Arc, time::Duration};

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::scope::GrantedScopes;

/// Verifies access tokens: the one thing about a token that depends on who issued it.
///
/// # Examples
///
/// ```
/// use scopegate::{GrantedScopes, Token, TokenVerifier, VerifyError};
///
/// struct Sessions;
///
/// impl TokenVerifier for Sessions {
///     async fn verify(&self, token: &str) -> Result<Token, VerifyError> {
///         match token {
///             "s3cret" => Ok(Token::granting(GrantedScopes::parse("files:read")).with_subject("alice")),
///             _ => Err(VerifyError::invalid("no such session")),
///         }
///     }
/// }
/// ```
pub trait TokenVerifier: Send + Sync + 'static {
    /// Verifies `token`, the text after `Bearer`.
    ///
    /// # Errors
    ///
    /// [`VerifyError::Expired`] and [`VerifyError::Invalid`] become a 401 with `error="invalid_token"`;
    /// [`VerifyError::Unavailable`], for when nobody can tell now, becomes a 503, so that clients keep their token.
    fn verify(&self, token: &str) -> impl Future<Output = Result<Token, VerifyError>> + Send;

    /// Says what is wrong with the verifier's configuration, each a sentence that says what to write instead. With any of
    /// them the server does not start.
    fn problems(&self) -> Vec<String> {
        Vec::new()
    }
}

/// So that several gates can share a verifier, and what it has learnt.
impl<V: TokenVerifier> TokenVerifier for Arc<V> {
    async fn verify(&self, token: &str) -> Result<Token, VerifyError> {
        V::verify(self, token).await
    }

    fn problems(&self) -> Vec<String> {
        V::problems(self)
    }
}

/// What a verified access token says. Cheap to clone.
///
/// Its `Debug` output shows neither claims nor the token's text.
#[derive(Clone)]
pub struct Token(Arc<Data>);

#[derive(Clone, Default)]
struct Data {
    scopes: GrantedScopes,
    subject: Option<String>,
    client: Option<String>,
    claims: Map<String, Value>,
}

impl Token {
    /// Makes a token that grants `scopes` and says nothing else.
    #[must_use]
    pub fn granting(scopes: GrantedScopes) -> Self {
        Self(Arc::new(Data { scopes, ..Data::default() }))
    }

    /// Sets the subject: who granted the scopes (`sub`).
    #[must_use]
    pub fn with_subject(mut self, subject: impl Into<String>) -> Self {
        Arc::make_mut(&mut self.0).subject = Some(subject.into());
        self
    }

    /// Sets the client: who was granted the scopes (`client_id`).
    #[must_use]
    pub fn with_client(mut self, client: impl Into<String>) -> Self {
        Arc::make_mut(&mut self.0).client = Some(client.into());
        self
    }

    /// Sets all claims of the token, for [`Token::claims`].
    #[must_use]
    pub fn with_claims(mut self, claims: Map<String, Value>) -> Self {
        Arc::make_mut(&mut self.0).claims = claims;
        self
    }

    /// Returns the scopes that the token grants.
    pub fn scopes(&self) -> &GrantedScopes {
        &self.0.scopes
    }

    /// Returns who granted the scopes, where the token says so.
    pub fn subject(&self) -> Option<&str> {
        self.0.subject.as_deref()
    }

    /// Returns who was granted the scopes, where the token says so.
    pub fn client(&self) -> Option<&str> {
        self.0.client.as_deref()
    }

    /// Tells whether the token is bound to a key of the client (`cnf`, [RFC 7800]), so that holding it is not enough.
    ///
    /// [RFC 7800]: https://www.rfc-editor.org/rfc/rfc7800
    pub fn is_bound(&self) -> bool {
        self.0.claims.contains_key("cnf")
    }

    /// Reads the claims into a type of yours.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::{GrantedScopes, Token};
    /// use serde_json::{Map, json};
    ///
    /// #[derive(serde::Deserialize)]
    /// struct Claims {
    ///     email: String,
    /// }
    ///
    /// let claims = Map::from_iter([("email".to_owned(), json!("alice@example.com"))]);
    /// let token = Token::granting(GrantedScopes::parse("files:read")).with_claims(claims);
    /// assert_eq!(token.claims::<Claims>()?.email, "alice@example.com");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When a claim that `T` needs is missing or of another type.
    pub fn claims<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        T::deserialize(Value::Object(self.0.claims.clone()))
    }
}

#[cfg(feature = "jwt")]
impl Token {
    pub(crate) fn all_claims(&self) -> &Map<String, Value> {
        &self.0.claims
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("scopes", self.scopes())
            .field("subject", &self.subject())
            .field("client", &self.client())
            .finish_non_exhaustive()
    }
}

/// The reason why a token could not be verified. Clients see which kind it is; the details go to the log.
#[derive(Debug)]
#[non_exhaustive]
pub enum VerifyError {
    /// The token was good once; a new one is needed.
    Expired,
    /// The token is not one that this resource accepts: malformed, unknown, revoked, forged, or meant for another.
    Invalid(Box<dyn Error + Send + Sync>),
    /// Nobody can tell now whether the token is good, as when the key server is down.
    #[non_exhaustive]
    Unavailable {
        /// How long clients should wait before they try again.
        retry_after: Duration,
        /// What went wrong, for the log.
        source: Box<dyn Error + Send + Sync>,
    },
}

impl VerifyError {
    /// Makes [`VerifyError::Invalid`] from a text or an error. It is logged, so it must not quote the token.
    pub fn invalid(reason: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Invalid(reason.into())
    }

    /// Makes [`VerifyError::Unavailable`] from a text or an error.
    pub fn unavailable(retry_after: Duration, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Unavailable { retry_after, source: source.into() }
    }
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Expired => f.write_str("the token expired"),
            Self::Invalid(reason) => write!(f, "the token is not valid: {reason}"),
            Self::Unavailable { source, .. } => write!(f, "the token cannot be verified now: {source}"),
        }
    }
}

impl Error for VerifyError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Expired => None,
            Self::Invalid(source) | Self::Unavailable { source, .. } => Some(source.as_ref()),
        }
    }
}
