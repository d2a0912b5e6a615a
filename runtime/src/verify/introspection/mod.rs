//! Asks authorization servers about opaque tokens.
//!
//! A `dialect` (`rfc7662`, `github`, `google`) makes a request and parses the answer. The request carries the
//! `credentials` of this program, which can be a signed `assertion`. An answer can be `signed`. The module `kind`
//! checks that an active token is an access token. The `introspector` sends one question for all simultaneous requests
//! with the same token, and caches the answer (`cache`). After a `server` has failed, the introspector sends no
//! questions to it for a while (`circuit`).

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

/// The default lifetime of an answer about an active token.
const LIFETIME: Duration = Duration::from_secs(30);

/// Asks an authorization server about opaque tokens ([RFC 7662]).
///
/// The server says whether a token is active, and returns the token's claims. The gate then checks the claims in the
/// same way as the claims of a JWT. A token is sent only to the introspection endpoint, in the body of a request. A
/// token is never part of a URL or of a log line.
///
/// # Accepted answers
///
/// An answer must be a JSON object of at most 64 KiB, without repeated members. Its member `active` must be `true` or
/// `false`. The gate prefers plain answers, but also accepts signed ones ([RFC 9701]). A signed answer must be signed
/// by a key of the issuer, name this program's client id as its audience, and be at most five minutes old.
///
/// An active token is rejected if a member of the answer (`token_type`, `token_use` or `typ`) marks it as another kind
/// of token, such as a refresh token or an ID token. A token without an audience is also rejected, unless you call
/// [`without_audience`](Self::without_audience) or [`Issuer::client_ids`](crate::Issuer::client_ids). An answer
/// without an audience must also contain at least one of the members `token_type`, `token_use` and `typ`, unless you
/// call [`without_token_type`](Self::without_token_type).
///
/// # Caching
///
/// An answer about an active token is cached for the [lifetime](Self::lifetime), which is 30 seconds by default. The
/// answer is never used after the `exp` of the token. If the token is revoked while the answer is cached, the gate
/// still accepts the token until the answer expires. An answer about an inactive token is cached for five seconds.
/// Simultaneous requests with the same token cause only one request to the server.
///
/// # When the server does not answer
///
/// While the server does not answer, a request gets 503 with `Retry-After`, unless an answer about its token is cached.
/// A client keeps its token after a 503, but would discard it after a 401. If the server gives no answer within five
/// seconds, or answers with 429, 502, 503 or 504, the gate pauses its questions to this server for one second. Each
/// further failure doubles this pause, up to 30 seconds. With `Retry-After`, the server can ask for a pause of up to 60
/// seconds. After each pause, the gate tests the server with a single question. Five useless answers in a row, such as
/// error pages, also start a pause of one second. At most 64 questions to a server are open at the same time. While 64
/// questions are open, a request that needs a new question gets 503 immediately.
///
/// If the server rejects this program's credentials, requests also get 503, and the gate makes the same pauses as after
/// a missing answer. Each failed question causes a `warn` line in the log.
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
    /// Authenticates to the authorization server with this client id and client secret in the header `Authorization`
    /// (`client_secret_basic`, [RFC 6749, section 2.3.1](https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1)).
    ///
    /// Register your program with the authorization server as a separate client, and use this client only for
    /// introspection. Do not use the id of a client that requests tokens.
    pub fn new(client_id: impl Into<String>, client_secret: impl Into<String>) -> Self {
        let (client_id, secret) = (client_id.into(), Arc::from(client_secret.into()));
        Self::asking(Dialect::Rfc7662, Credentials::Basic { client_id, secret })
    }

    /// Authenticates to the authorization server with this client id and a signed assertion (`private_key_jwt`, [RFC
    /// 7523, section 2.2]). Each request contains a new assertion.
    ///
    /// `pem` is a private key in PKCS#8 (`BEGIN PRIVATE KEY`). `algorithm` is the algorithm for this key, such as
    /// `RS256`, `PS256`, `ES256` or `EdDSA`. If the key does not fit the algorithm, the gate does not start.
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

    /// Asks GitHub about the tokens of an OAuth app or a GitHub App, at the endpoint for [checking a token]. Only
    /// tokens that begin with `gho_` or `ghu_` are sent to GitHub.
    ///
    /// The gate makes the claims `client_id`, `scope`, `sub` (the user's numeric id) and `username` from GitHub's
    /// answer. If the answer says when the token expires, the claims also contain `exp`. The claims contain no
    /// audience, so a token is valid at every resource that accepts the app's tokens.
    ///
    /// [checking a token]: https://docs.github.com/en/rest/apps/oauth-applications#check-a-token
    pub fn github(client_id: impl Into<String>, client_secret: impl Into<String>) -> Self {
        let (client_id, secret) = (client_id.into(), Arc::from(client_secret.into()));
        let introspection = Self::asking(Dialect::GitHub, Credentials::Basic { client_id, secret });
        github::PREFIXES.into_iter().fold(introspection, Self::token_prefix)
    }

    /// Asks Google's endpoint `tokeninfo` about tokens. Only tokens that begin with `ya29.` are sent to Google.
    ///
    /// The audience of a token is the id of the client that requested the token.
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

    /// Sends the secret in the body instead of the header (`client_secret_post`), for servers that accept the secret
    /// only in the body.
    pub fn secret_in_body(mut self) -> Self {
        match self.credentials {
            Credentials::Basic { client_id, secret } if self.dialect == Dialect::Rfc7662 => {
                self.credentials = Credentials::Body { client_id, secret };
                self
            }
            Credentials::Body { .. } => self,
            _ => self.with_problem("`secret_in_body` works only with `Introspection::new`; remove it"),
        }
    }

    /// Sets the key id (`kid`) in each assertion of [`private_key_jwt`](Self::private_key_jwt).
    pub fn key_id(self, key_id: impl Into<String>) -> Self {
        self.change_key("key_id", |key| key.set_key_id(key_id.into()))
    }

    /// Sets the audience of the assertions of [`private_key_jwt`](Self::private_key_jwt). The default is the issuer.
    /// Some servers require the URL of their token endpoint as the audience.
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
        self.with_problem(format!("`{method}` works only with `Introspection::private_key_jwt`; remove it"))
    }

    /// Sets the introspection endpoint. By default, the gate uses the `introspection_endpoint` in the issuer's
    /// metadata, if this endpoint has the same origin as the issuer or as the metadata. For any other endpoint, call
    /// this method. The endpoint must be an `https` URL; `http` is allowed for loopback addresses, and for the hosts
    /// that you set with [`Issuer::http_hosts`](crate::Issuer::http_hosts).
    pub fn endpoint(mut self, url: impl Into<String>) -> Self {
        self.endpoint = Some(url.into());
        self
    }

    /// Sets how long an answer about an active token is used. The default is 30 seconds. If the token is revoked while
    /// the answer is cached, the gate still accepts the token until the answer expires. If the lifetime is zero,
    /// answers about active tokens are not cached, and only simultaneous requests share an answer.
    pub fn lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetime = lifetime;
        self
    }

    /// Accepts an active token even if the answer about it names no audience.
    ///
    /// # Risk
    ///
    /// A token without an audience may have been issued for another service that uses the same authorization server.
    /// Anyone who runs that service, or steals a token from it, can use the token here. Call this method only if the
    /// server issues tokens for this resource alone, or answers `active` only to the service that the token is for. If
    /// you can, avoid this method: configure the server to name an audience in its answers, or call
    /// `Issuer::client_ids` with the clients whose tokens you accept. If an answer names an audience, the audience is
    /// still checked.
    ///
    /// An answer without an audience must still state that it is about an access token; see
    /// [`without_token_type`](Self::without_token_type).
    pub fn without_audience(mut self) -> Self {
        self.needs_audience = false;
        self
    }

    /// Accepts an active token even if the server's answer names neither an audience nor the kind of the token. A
    /// server can name the kind in `token_type`, `token_use` or `typ`.
    ///
    /// This method has an effect only together with [`without_audience`](Self::without_audience) or
    /// [`Issuer::client_ids`](crate::Issuer::client_ids). If you call neither of them, the gate rejects every token
    /// without an audience.
    ///
    /// # Risk
    ///
    /// Some servers also report refresh tokens as active. One such server is oidc-provider, whose answer about a
    /// refresh token has no `token_type`. With this method, the gate would therefore accept oidc-provider's refresh
    /// tokens, which live for weeks, as access tokens. Call this method only if every token that the server reports as
    /// active is an access token. For example, django-oauth-toolkit reports only access tokens as active.
    pub fn without_token_type(mut self) -> Self {
        self.needs_token_type = false;
        self
    }

    /// Sends only tokens that begin with `prefix` to this server. Call this method once for each prefix. If a gate has
    /// several issuers with introspection, each of them needs a prefix.
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

    /// Lists the problems of the configuration.
    pub(crate) fn problems(&self, transport: &Transport) -> Vec<String> {
        let mut problems = self.problems.clone();
        problems.extend(self.credentials.problem());
        if let Some(reason) = self.endpoint_or_default().and_then(|url| trusted_url(&url, transport).err()) {
            problems.push(format!("an introspection endpoint cannot be used: {reason}"));
        }
        problems
    }

    /// Tells whether the gate asks this server about the token. Without a prefix, the server is asked about all opaque
    /// tokens.
    pub(crate) fn takes(&self, token: &str) -> bool {
        self.prefixes.is_empty() || self.prefixes.iter().any(|prefix| token.starts_with(prefix.as_str()))
    }

    /// Tells whether both servers can be asked about the same token.
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

    /// Tells whether a token without an audience counts as an access token. The token counts as an access token if the
    /// answer states the kind of the token, or if the program called `without_token_type`.
    pub(crate) fn is_access(&self, claims: &Map<String, Value>) -> bool {
        !self.needs_token_type || kind::is_said(claims)
    }

    /// Returns the reason why the gate cannot ask an issuer's server, or `None` if the gate can ask this server.
    #[cfg(feature = "export")]
    pub(crate) async fn trouble(&self, places: &crate::verify::issuer::Places) -> Option<String> {
        server::find_endpoint(self.endpoint_or_default().as_deref(), places).await.err()
    }

    fn endpoint_or_default(&self) -> Option<String> {
        self.endpoint.clone().or_else(|| self.dialect.endpoint(&self.credentials))
    }
}

/// Shows the client id and the method of authentication, but no secret.
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

/// Locks `mutex`, even if it is poisoned. This is safe: no code panics while it holds a lock of this module. If a panic
/// did happen, the data would still be consistent.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
