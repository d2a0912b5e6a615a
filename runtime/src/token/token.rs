//! A verified access token.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, SystemTime},
};

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use super::{Confirmation, InvalidClaims, Principal, Scheme, TokenId};
use crate::{
    policy::{Caller, Login},
    scope::GrantedScopes,
};

/// A verified access token, with its scopes and claims. Cloning a token is cheap.
///
/// The `Debug` output of a token shows only the scopes, the principal, the subject and the client.
///
/// # Examples
///
/// ```
/// use std::time::{Duration, SystemTime};
///
/// use scopegate::{GrantedScopes, Token};
///
/// let token = Token::granting(GrantedScopes::parse("files:read files:write"))
///     .with_issuer("https://auth.example.com")
///     .with_subject("alice")
///     .with_client("files-app")
///     .with_expiry(SystemTime::now() + Duration::from_secs(300));
/// assert!(token.scopes().contains("files:write"));
/// assert_eq!(token.principal().and_then(|principal| principal.subject()), Some("alice"));
/// ```
#[derive(Clone)]
pub struct Token(Arc<Data>, Told);

/// Facts that the gate and the verifier add for one request. The challenge and the record of the decision use these
/// facts. The facts are kept outside `Data`, so that a cached token and its clones for later requests can share one
/// `Data`.
#[derive(Clone, Default)]
struct Told {
    /// The hash of the token's text, which identifies a token without `jti`. The hash is set only if the gate has an
    /// observer.
    id: Option<Arc<TokenId>>,
    is_cached: Option<bool>,
    /// How the request presented the token. The challenge depends on the scheme.
    scheme: Scheme,
}

#[derive(Clone, Default)]
struct Data {
    scopes: GrantedScopes,
    issuer: Option<Arc<str>>,
    subject: Option<Arc<str>>,
    /// The principal is made from the issuer and the subject, or from a static key. If the key has no name,
    /// `Token::principal` does not return this principal.
    principal: Option<Principal>,
    client: Option<String>,
    expires_at: Option<SystemTime>,
    leeway: Duration,
    login: Login,
    claims: Map<String, Value>,
}

impl Token {
    /// Makes a token that grants `scopes` and has no other claims.
    #[must_use]
    pub fn granting(scopes: GrantedScopes) -> Self {
        Self(Arc::new(Data { scopes, ..Data::default() }), Told::default())
    }

    /// Makes the token of a static key.
    pub(crate) fn of_key(scopes: GrantedScopes, name: Option<&str>, digest: &[u8]) -> Self {
        let principal = Some(name.map_or_else(|| Principal::of_unnamed_key(digest), Principal::of_key));
        Self(Arc::new(Data { scopes, principal, ..Data::default() }), Told::default())
    }

    /// Sets the issuer of the token (`iss`).
    #[must_use]
    pub fn with_issuer(self, issuer: impl Into<Arc<str>>) -> Self {
        self.identified(|data| data.issuer = Some(issuer.into()))
    }

    /// Sets the subject (`sub`): the user or the client for whom the token was issued. A subject is unique only within
    /// its issuer.
    #[must_use]
    pub fn with_subject(self, subject: impl Into<Arc<str>>) -> Self {
        self.identified(|data| data.subject = Some(subject.into()))
    }

    /// Sets the time at which the token expires. The verifier must check the expiry; the gate does not. A handler that
    /// sends a stream can use [`Access::expired`](crate::Access::expired) to wait for the expiry.
    #[must_use]
    pub fn with_expiry(mut self, expires_at: SystemTime) -> Self {
        Arc::make_mut(&mut self.0).expires_at = Some(expires_at);
        self
    }

    /// Sets how long the verifier still accepts the token after its expiry, to allow for clock differences. The default
    /// is zero. This leeway also applies to the time of the [login](Token::with_auth_time).
    #[must_use]
    pub fn with_leeway(mut self, leeway: Duration) -> Self {
        Arc::make_mut(&mut self.0).leeway = leeway;
        self
    }

    /// Sets the client to which the scopes were granted (`client_id`).
    #[must_use]
    pub fn with_client(mut self, client: impl Into<String>) -> Self {
        Arc::make_mut(&mut self.0).client = Some(client.into());
        self
    }

    /// Adds a value that says how the person logged in (`acr`). An operation can [require](crate::Requirement::acr)
    /// certain values. Most authorization servers send one value. If your authorization server sends several values,
    /// call this method once for each value.
    #[must_use]
    pub fn with_acr(mut self, acr: impl Into<Box<str>>) -> Self {
        Arc::make_mut(&mut self.0).login.acr.push(acr.into());
        self
    }

    /// Sets the time at which the person logged in (`auth_time`). An operation can [limit](crate::Requirement::max_age)
    /// the time since the login. The [leeway](Token::with_leeway) is added to this limit.
    #[must_use]
    pub fn with_auth_time(mut self, auth_time: SystemTime) -> Self {
        Arc::make_mut(&mut self.0).login.time = Some(auth_time);
        self
    }

    /// Sets whether the verifier had the token in its cache. The record of a [decision](crate::Decision::is_cached)
    /// contains this value.
    #[must_use]
    pub fn with_cached(mut self, is_cached: bool) -> Self {
        self.1.is_cached = Some(is_cached);
        self
    }

    /// Sets all claims of the token. [`Token::claims`] returns them.
    ///
    /// # Errors
    ///
    /// Fails if `claims` does not serialize to a JSON object.
    pub fn with_claims(self, claims: impl Serialize) -> Result<Self, InvalidClaims> {
        match serde_json::to_value(claims) {
            Ok(Value::Object(claims)) => Ok(self.with_all_claims(claims)),
            Ok(_) => Err(InvalidClaims::no_object()),
            Err(error) => Err(error.into()),
        }
    }

    pub(crate) fn with_all_claims(mut self, claims: Map<String, Value>) -> Self {
        Arc::make_mut(&mut self.0).claims = claims;
        self
    }

    /// Returns the scopes that the token grants.
    pub fn scopes(&self) -> &GrantedScopes {
        &self.0.scopes
    }

    /// Returns the [`Principal`]. A token has a principal if it has an issuer and a subject. A static key has a
    /// principal if it has a name.
    pub fn principal(&self) -> Option<&Principal> {
        self.0.principal.as_ref().filter(|principal| principal.unnamed_key().is_none())
    }

    /// Returns the principal that owns the data created with this token. Unlike `principal`, this method also returns
    /// the principal of a static key without a name.
    #[cfg(feature = "mcp")]
    pub(crate) fn holder(&self) -> Option<&Principal> {
        self.0.principal.as_ref()
    }

    /// Returns the issuer of the token, or `None` if the verifier set no issuer.
    pub fn issuer(&self) -> Option<&str> {
        self.0.issuer.as_deref()
    }

    /// Iterates over the values that say how the person logged in (`acr`). Most tokens have one value or none.
    pub fn acr(&self) -> impl Iterator<Item = &str> {
        self.0.login.acr.iter().map(AsRef::as_ref)
    }

    /// Returns the time at which the person logged in (`auth_time`), if the token has this claim.
    pub fn auth_time(&self) -> Option<SystemTime> {
        self.0.login.time
    }

    /// Returns the facts about the caller that affect the decision.
    pub(crate) fn caller(&self) -> Caller<'_> {
        Caller::with_login(&self.0.scopes, &self.0.login, self.0.leeway)
    }

    /// Returns the time at which the token expires, if the verifier set this time.
    pub fn expires_at(&self) -> Option<SystemTime> {
        self.0.expires_at
    }

    /// Returns the time at which the verifier starts to reject the token. Returns `None` if the token has no expiry, or
    /// if this machine's clock cannot represent the time.
    pub(crate) fn refused_from(&self) -> Option<SystemTime> {
        self.expires_at()?.checked_add(self.0.leeway)
    }

    /// Returns the subject of the token, if the token has one. Use [`Token::principal`], not the subject, as the key
    /// for a user's data.
    pub fn subject(&self) -> Option<&str> {
        self.0.subject.as_deref()
    }

    /// Returns the client to which the scopes were granted, if the token names the client.
    pub fn client(&self) -> Option<&str> {
        self.0.client.as_deref()
    }

    fn identified(mut self, change: impl FnOnce(&mut Data)) -> Self {
        let data = Arc::make_mut(&mut self.0);
        change(data);
        if let (Some(issuer), Some(subject)) = (&data.issuer, &data.subject) {
            data.principal = Some(Principal::new(issuer.clone(), subject.clone()));
        }
        self
    }

    /// Tells whether the token is bound to a key of the client (`cnf`, [RFC 7800]). Only a client with this key may use
    /// a bound token.
    ///
    /// [RFC 7800]: https://www.rfc-editor.org/rfc/rfc7800
    pub fn is_bound(&self) -> bool {
        self.confirmation().is_some()
    }

    /// Returns the key or certificate that the token is bound to.
    pub(crate) fn confirmation(&self) -> Option<Confirmation<'_>> {
        self.0.claims.get("cnf").map(Confirmation::of)
    }

    /// Records how the request presented the token.
    pub(crate) fn presented_as(mut self, scheme: Scheme) -> Self {
        self.1.scheme = scheme;
        self
    }

    pub(crate) const fn scheme(&self) -> Scheme {
        self.1.scheme
    }

    /// Tells whether the verifier had the token in its cache. Returns `None` if the verifier did not call
    /// `with_cached`.
    pub(crate) fn is_cached(&self) -> Option<bool> {
        self.1.is_cached
    }

    /// Sets the token's identifier to the hash of `text`, which is the token's text. Does nothing if the token has a
    /// `jti`, or if an earlier call has set the identifier.
    pub(crate) fn known_by(mut self, text: &str) -> Self {
        if self.1.id.is_none() && self.identifier().is_none() {
            self.1.id = Some(Arc::new(TokenId::of(text)));
        }
        self
    }

    /// Returns the identifier that names the token in records, if the token has one.
    pub(crate) fn id(&self) -> Option<TokenId> {
        self.identifier().map(TokenId::of).or_else(|| self.1.id.as_deref().copied())
    }

    fn identifier(&self) -> Option<&str> {
        self.0.claims.get("jti").and_then(Value::as_str).filter(|id| !id.is_empty())
    }

    /// Returns the issuer and the subject of the actor (`act`), who acts for the token's subject.
    pub(crate) fn actor(&self) -> Option<(Option<&str>, &str)> {
        let actor = self.0.claims.get("act")?;
        Some((actor.get("iss").and_then(Value::as_str), actor.get("sub")?.as_str()?))
    }

    /// Converts the claims to your own type.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::{GrantedScopes, Token};
    ///
    /// #[derive(serde::Serialize, serde::Deserialize)]
    /// struct Claims {
    ///     email: String,
    /// }
    ///
    /// let claims = Claims { email: "alice@example.com".to_owned() };
    /// let token = Token::granting(GrantedScopes::parse("files:read")).with_claims(claims)?;
    /// assert_eq!(token.claims::<Claims>()?.email, "alice@example.com");
    /// # Ok::<(), scopegate::InvalidClaims>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Fails if a claim that `T` needs is missing or has another type.
    pub fn claims<T: DeserializeOwned>(&self) -> Result<T, InvalidClaims> {
        Ok(T::deserialize(Value::Object(self.0.claims.clone()))?)
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
            .field("principal", &self.principal())
            .field("subject", &self.subject())
            .field("client", &self.client())
            .finish_non_exhaustive()
    }
}
