//! Asks authorization servers about opaque tokens.
//!
//! A question is made and its answer read by a `dialect` (`rfc7662`, `github`, `google`), with the `credentials` of this program
//! (`assertion` signs them). Answers may be `signed`, and must be about an access token (`kind`). The `introspector` asks once for
//! all who wait, remembers answers (`cache`), and leaves a `server` alone that fails (`circuit`).

mod assertion;
mod cache;
mod circuit;
mod credentials;
mod date;
mod dialect;
mod github;
mod google;
mod introspector;
mod kind;
mod outcome;
mod rfc7662;
mod server;
mod signed;
#[cfg(test)]
mod tests;

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use serde_json::{Map, Value};

use self::{assertion::AssertionKey, credentials::Credentials, dialect::Dialect};
pub(crate) use self::{introspector::Introspector, outcome::Answer};
use super::jwt::{Transport, trusted_url};

/// How long a good answer counts.
const LIFETIME: Duration = Duration::from_secs(30);

/// How an authorization server is asked about tokens that say nothing by themselves ([RFC 7662]).
///
/// The server answers whether a token is active, and with which claims. These are judged like those of a JWT. A token is sent
/// only to the endpoint, in the body of a request, and never in a URL or to a log.
///
/// # Which answers count
///
/// An answer is JSON of at most 64 KiB, with a member `active` that is `true` or `false`, and has no member twice. An answer in JWS ([RFC 9701])
/// counts too; the server is asked for one only if it has no other. It must be signed by one of the issuer's keys, for this
/// client, within five minutes. An active token that calls itself a refresh token or an ID token (`token_type`,
/// `token_use`, `typ`) is refused, and so is one whose answer has neither these members nor an audience.
///
/// # What is remembered
///
/// A good answer is remembered by the SHA-256 of the token for the [lifetime](Self::lifetime), 30 seconds by default, and
/// never past the `exp` of the token. So long may a revoked token still pass. That a token is not active is remembered for five
/// seconds. Requests that come with one token at one time cause one question.
///
/// # When the server does not answer
///
/// Requests whose token is not remembered get 503 with `Retry-After`, so that clients keep their token. A server that gives no
/// answer within five seconds, or answers 429 or 503, is not asked again for a second. That pause doubles up to 30 seconds, and
/// a single request tries again after each. A server whose answers cannot be used has a pause of a second after five in a row.
/// At most 64 questions are under way at one time; requests beyond that get 503 at once.
///
/// If the server refuses the credentials of this program, requests get 503 too, and the log says so at `warn`.
///
/// # Examples
///
/// ```
/// use scopegate::Introspection;
///
/// let introspection = Introspection::new("files-api", "the secret of files-api");
/// ```
///
/// [RFC 7662]: https://www.rfc-editor.org/rfc/rfc7662
/// [RFC 9701]: https://www.rfc-editor.org/rfc/rfc9701
#[derive(Clone)]
#[must_use]
pub struct Introspection {
    dialect: Dialect,
    credentials: Credentials,
    endpoint: Option<String>,
    lifetime: Duration,
    needs_audience: bool,
    needs_token_type: bool,
    prefixes: Vec<String>,
    problems: Vec<String>,
}

impl Introspection {
    /// Asks as this client, which sends its secret in the header `Authorization` (`client_secret_basic`,
    /// [RFC 6749, section 2.3.1](https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1)).
    ///
    /// The client is the program itself, registered with the authorization server for this purpose; it is no client that asks
    /// for tokens.
    pub fn new(client_id: impl Into<String>, client_secret: impl Into<String>) -> Self {
        let (client_id, secret) = (client_id.into(), Arc::from(client_secret.into()));
        Self::asking(Dialect::Rfc7662, Credentials::Basic { client_id, secret })
    }

    /// Asks as this client, which signs an assertion for each request (`private_key_jwt`, [RFC 7523, section 2.2]).
    ///
    /// `pem` is a private key in PKCS#8 (`BEGIN PRIVATE KEY`), and `algorithm` the name of an algorithm for it, such as `RS256`,
    /// `PS256`, `ES256` or `EdDSA`. With another key the gate does not start.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # use scopegate::Introspection;
    /// let pem = std::fs::read_to_string("/run/secrets/files-api.pem")?;
    /// let introspection = Introspection::private_key_jwt("files-api", &pem, "ES256").key_id("2026-01");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    ///
    /// [RFC 7523, section 2.2]: https://www.rfc-editor.org/rfc/rfc7523#section-2.2
    pub fn private_key_jwt(client_id: impl Into<String>, pem: &str, algorithm: &str) -> Self {
        match AssertionKey::read(client_id.into(), pem, algorithm) {
            Ok(key) => Self::asking(Dialect::Rfc7662, Credentials::Assertion(Arc::new(key))),
            Err(problem) => Self::asking(Dialect::Rfc7662, Credentials::None).with_problem(problem),
        }
    }

    /// Asks GitHub about tokens of an OAuth app, by its endpoint [that checks tokens]. Only tokens that begin with `gho_` or `ghu_`
    /// are sent there.
    ///
    /// The claims are `client_id`, `scope`, `sub` (the number of the user), `username`, and `exp` where the token expires. They name
    /// no audience: the token is for whatever this app does.
    ///
    /// [that checks tokens]: https://docs.github.com/en/rest/apps/oauth-applications#check-a-token
    pub fn github(client_id: impl Into<String>, client_secret: impl Into<String>) -> Self {
        let (client_id, secret) = (client_id.into(), Arc::from(client_secret.into()));
        let introspection = Self::asking(Dialect::GitHub, Credentials::Basic { client_id, secret });
        github::PREFIXES.into_iter().fold(introspection, Self::token_prefix)
    }

    /// Asks Google about its tokens, by its endpoint `tokeninfo`. Only tokens that begin with `ya29.` are sent there.
    ///
    /// The audience of such a token is the id of the client that got it.
    pub fn google() -> Self {
        Self::asking(Dialect::Google, Credentials::None).token_prefix(google::PREFIX)
    }

    fn asking(dialect: Dialect, credentials: Credentials) -> Self {
        Self {
            dialect,
            credentials,
            endpoint: None,
            lifetime: LIFETIME,
            needs_audience: true,
            needs_token_type: true,
            prefixes: Vec::new(),
            problems: Vec::new(),
        }
    }

    /// Sends the secret in the body in place of the header (`client_secret_post`), for servers that take it only there.
    pub fn secret_in_body(mut self) -> Self {
        match self.credentials {
            Credentials::Basic { client_id, secret } if self.dialect == Dialect::Rfc7662 => {
                self.credentials = Credentials::Body { client_id, secret };
                self
            }
            Credentials::Body { .. } => self,
            _ => self.with_problem("`secret_in_body` is for `Introspection::new` alone; leave it out"),
        }
    }

    /// Names the key of [`private_key_jwt`](Self::private_key_jwt) in each assertion (`kid`).
    pub fn key_id(self, key_id: impl Into<String>) -> Self {
        self.change_key("key_id", |key| key.set_key_id(key_id.into()))
    }

    /// Sets whom the assertions of [`private_key_jwt`](Self::private_key_jwt) are for, where the server wants the URL of its token
    /// endpoint; by default they are for the issuer.
    pub fn assertion_audience(self, audience: impl Into<String>) -> Self {
        self.change_key("assertion_audience", |key| key.set_audience(audience.into()))
    }

    fn change_key(mut self, method: &str, change: impl FnOnce(&mut AssertionKey)) -> Self {
        if let Credentials::Assertion(key) = &mut self.credentials {
            let mut changed = AssertionKey::clone(key);
            change(&mut changed);
            *key = Arc::new(changed);
            return self;
        }
        if !self.problems.is_empty() {
            return self;
        }
        self.with_problem(format!("`{method}` is for `Introspection::private_key_jwt` alone; leave it out"))
    }

    /// Asks at this URL, where the issuer's metadata has no `introspection_endpoint`, or one on another host. It is an `https`
    /// URL; `http` is for loopback addresses.
    pub fn endpoint(mut self, url: impl Into<String>) -> Self {
        self.endpoint = Some(url.into());
        self
    }

    /// Sets how long a good answer counts; 30 seconds by default. So long may a revoked token still pass. With zero, no good answer is
    /// remembered; only requests that come while the question is under way share it.
    pub fn lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetime = lifetime;
        self
    }

    /// Accepts active tokens whose answer names no audience.
    ///
    /// # Risk
    ///
    /// Such a token may be for another service of the same authorization server. Whoever runs that service, or steals a token from
    /// it, can use the token here. Only choose this where the server issues tokens for this resource alone, or where it answers
    /// `active` only to the service that the token is for. Prefer to have the server name an audience, or to list the clients whose
    /// tokens count. Answers that do name an audience are held against it all the same.
    ///
    /// An answer without an audience must say that it is about an access token, see [`without_token_type`](Self::without_token_type).
    pub fn without_audience(mut self) -> Self {
        self.needs_audience = false;
        self
    }

    /// Accepts active tokens whose answer names no audience and does not say what the token is (`token_type`, `token_use` or `typ`).
    ///
    /// This alone accepts nothing: answers without an audience count by [`without_audience`](Self::without_audience), or by
    /// [`Issuer::client_ids`](crate::Issuer::client_ids).
    ///
    /// # Risk
    ///
    /// Some servers answer `active` about refresh tokens too, and oidc-provider names no `token_type` then: a refresh token, which lives
    /// for weeks, would be an access token here. Only choose this where the server answers `active` about access tokens alone, as
    /// django-oauth-toolkit does.
    pub fn without_token_type(mut self) -> Self {
        self.needs_token_type = false;
        self
    }

    /// Sends only those tokens to this server that begin with `prefix`, or with another prefix that was named so. A gate with several
    /// servers that introspect needs one for each.
    ///
    /// # Examples
    ///
    /// ```
    /// # use scopegate::Introspection;
    /// let introspection = Introspection::new("files-api", "the secret of files-api").token_prefix("ory_at_");
    /// ```
    pub fn token_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefixes.push(prefix.into());
        self
    }

    fn with_problem(mut self, problem: impl Into<String>) -> Self {
        self.problems.push(problem.into());
        self
    }

    /// Says what can never work.
    pub(crate) fn problems(&self, transport: &Transport) -> Vec<String> {
        let mut problems = self.problems.clone();
        problems.extend(self.credentials.problem());
        if let Some(reason) = self.endpoint_or_default().and_then(|url| trusted_url(&url, transport).err()) {
            problems.push(format!("an introspection endpoint can never be asked: {reason}"));
        }
        problems
    }

    /// Tells whether this server is asked about a token: about all that are opaque, if no prefix is named.
    pub(crate) fn takes(&self, token: &str) -> bool {
        self.prefixes.is_empty() || self.prefixes.iter().any(|prefix| token.starts_with(prefix.as_str()))
    }

    /// Tells whether some token is for both servers.
    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        self.prefixes.is_empty()
            || other.prefixes.is_empty()
            || self.prefixes.iter().any(|prefix| other.takes(prefix))
            || other.prefixes.iter().any(|prefix| self.takes(prefix))
    }

    /// Tells whether an answer must name an audience.
    pub(crate) fn needs_audience(&self) -> bool {
        self.needs_audience
    }

    /// Tells whether an answer without an audience says enough to be about an access token.
    pub(crate) fn is_access(&self, claims: &Map<String, Value>) -> bool {
        !self.needs_token_type || kind::is_said(claims)
    }

    /// Says why nobody can be asked about the tokens of an issuer, if that is so.
    #[cfg(feature = "export")]
    pub(crate) async fn trouble(&self, places: &crate::verify::issuer::Places) -> Option<String> {
        server::find_endpoint(self.endpoint_or_default().as_deref(), places).await.err()
    }

    fn endpoint_or_default(&self) -> Option<String> {
        self.endpoint.clone().or_else(|| self.dialect.endpoint(&self.credentials))
    }
}

/// Says who asks whom, without secrets.
impl fmt::Debug for Introspection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Introspection")
            .field("dialect", &self.dialect)
            .field("credentials", &self.credentials)
            .field("endpoint", &self.endpoint.as_deref().map(|url| crate::shown::url(url).to_string()))
            .field("lifetime", &self.lifetime)
            .field("needs_audience", &self.needs_audience)
            .field("needs_token_type", &self.needs_token_type)
            .field("prefixes", &self.prefixes)
            .finish_non_exhaustive()
    }
}

/// No code panics while it holds one of these locks; and if it did, what they hold would be whole at every point.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
