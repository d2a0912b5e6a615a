//! What a verified access token says.

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

/// What a verified access token says. Cheap to clone.
///
/// Its `Debug` output shows neither claims nor the token's text.
#[derive(Clone)]
pub struct Token(Arc<Data>, Told);

/// What a gate and a verifier say of a token for the record of a decision. It is beside what the token says, so that a copy in a
/// cache stays as it is.
#[derive(Clone, Default)]
struct Told {
    /// What stands for a token without `jti`, where somebody is told.
    id: Option<Arc<TokenId>>,
    is_cached: Option<bool>,
    /// How the request presented it, which decides what a challenge says.
    scheme: Scheme,
}

#[derive(Clone, Default)]
struct Data {
    scopes: GrantedScopes,
    issuer: Option<Arc<str>>,
    subject: Option<Arc<str>>,
    /// Follows from issuer and subject, unless it is a static key. Of a key without a name, this is for the crate alone.
    principal: Option<Principal>,
    client: Option<String>,
    expires_at: Option<SystemTime>,
    leeway: Duration,
    login: Login,
    claims: Map<String, Value>,
}

impl Token {
    /// Makes a token that grants `scopes` and says nothing else.
    #[must_use]
    pub fn granting(scopes: GrantedScopes) -> Self {
        Self(Arc::new(Data { scopes, ..Data::default() }), Told::default())
    }

    /// Makes the token that a static key stands for.
    pub(crate) fn of_key(scopes: GrantedScopes, name: Option<&str>, digest: &[u8]) -> Self {
        let principal = Some(name.map_or_else(|| Principal::of_unnamed_key(digest), Principal::of_key));
        Self(Arc::new(Data { scopes, principal, ..Data::default() }), Told::default())
    }

    /// Sets the issuer: who issued the token (`iss`).
    #[must_use]
    pub fn with_issuer(self, issuer: impl Into<Arc<str>>) -> Self {
        self.identified(|data| data.issuer = Some(issuer.into()))
    }

    /// Sets the subject: who granted the scopes (`sub`). It is unique for its issuer alone.
    #[must_use]
    pub fn with_subject(self, subject: impl Into<Arc<str>>) -> Self {
        self.identified(|data| data.subject = Some(subject.into()))
    }

    /// Sets when the token expires, for handlers that outlive their request: [`Access::expired`](crate::Access::expired) ends
    /// then. The verifier judges it.
    #[must_use]
    pub fn with_expiry(mut self, expires_at: SystemTime) -> Self {
        Arc::make_mut(&mut self.0).expires_at = Some(expires_at);
        self
    }

    /// Sets for how long after its expiry the verifier still accepts the token, since clocks differ; not at all unless set. The time of the
    /// [login](Token::with_auth_time) may be off by as much.
    #[must_use]
    pub fn with_leeway(mut self, leeway: Duration) -> Self {
        Arc::make_mut(&mut self.0).leeway = leeway;
        self
    }

    /// Sets the client: who was granted the scopes (`client_id`).
    #[must_use]
    pub fn with_client(mut self, client: impl Into<String>) -> Self {
        Arc::make_mut(&mut self.0).client = Some(client.into());
        self
    }

    /// Adds a value that says how the person logged in (`acr`), which an operation may [ask for](crate::Requirement::acr). Most
    /// servers send one; call it for each where yours sends several.
    #[must_use]
    pub fn with_acr(mut self, acr: impl Into<Box<str>>) -> Self {
        Arc::make_mut(&mut self.0).login.acr.push(acr.into());
        self
    }

    /// Sets when the person logged in (`auth_time`), which may be [too long ago](crate::Requirement::max_age) for an operation. The
    /// [leeway](Token::with_leeway) counts.
    #[must_use]
    pub fn with_auth_time(mut self, auth_time: SystemTime) -> Self {
        Arc::make_mut(&mut self.0).login.time = Some(auth_time);
        self
    }

    /// Says whether the verifier had the token in its memory, for the record of a [decision](crate::Decision::is_cached).
    #[must_use]
    pub fn with_cached(mut self, is_cached: bool) -> Self {
        self.1.is_cached = Some(is_cached);
        self
    }

    /// Sets all claims of the token, for [`Token::claims`].
    ///
    /// # Errors
    ///
    /// When `claims` does not serialize to a JSON object.
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

    /// Returns who calls, where the token says who issued it and who granted its scopes; see [`Principal`].
    pub fn principal(&self) -> Option<&Principal> {
        self.0.principal.as_ref().filter(|principal| principal.unnamed_key().is_none())
    }

    /// Returns to whom something can belong that is opened with the token: the principal, or whoever holds a static key without a name.
    #[cfg(feature = "mcp")]
    pub(crate) fn holder(&self) -> Option<&Principal> {
        self.0.principal.as_ref()
    }

    /// Returns who issued the token, where the verifier says so.
    pub fn issuer(&self) -> Option<&str> {
        self.0.issuer.as_deref()
    }

    /// Iterates over what the token says of how the person logged in (`acr`): nearly always one value, or none.
    pub fn acr(&self) -> impl Iterator<Item = &str> {
        self.0.login.acr.iter().map(AsRef::as_ref)
    }

    /// Returns when the person logged in (`auth_time`), where the token says so.
    pub fn auth_time(&self) -> Option<SystemTime> {
        self.0.login.time
    }

    /// Returns what decides about the caller.
    pub(crate) fn caller(&self) -> Caller<'_> {
        Caller::with_login(&self.0.scopes, &self.0.login, self.0.leeway)
    }

    /// Returns when the token expires, where the verifier says so.
    pub fn expires_at(&self) -> Option<SystemTime> {
        self.0.expires_at
    }

    /// Returns from when on the verifier refuses the token, where it says so and a clock of this machine can show it.
    pub(crate) fn refused_from(&self) -> Option<SystemTime> {
        self.expires_at()?.checked_add(self.0.leeway)
    }

    /// Returns who granted the scopes, where the token says so. To key data by it, take [`Token::principal`].
    pub fn subject(&self) -> Option<&str> {
        self.0.subject.as_deref()
    }

    /// Returns who was granted the scopes, where the token says so.
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

    /// Tells whether the token is bound to a key of the client (`cnf`, [RFC 7800]), so that holding it is not enough.
    ///
    /// [RFC 7800]: https://www.rfc-editor.org/rfc/rfc7800
    pub fn is_bound(&self) -> bool {
        self.confirmation().is_some()
    }

    /// Returns what the token says of the key that it is bound to.
    pub(crate) fn confirmation(&self) -> Option<Confirmation<'_>> {
        self.0.claims.get("cnf").map(Confirmation::of)
    }

    /// Notes how the request presented the token.
    pub(crate) fn presented_as(mut self, scheme: Scheme) -> Self {
        self.1.scheme = scheme;
        self
    }

    pub(crate) const fn scheme(&self) -> Scheme {
        self.1.scheme
    }

    /// Tells whether the verifier had the token in its memory, where it says so.
    pub(crate) fn is_cached(&self) -> Option<bool> {
        self.1.is_cached
    }

    /// Notes by what the token is known in records, where it does not say so itself.
    pub(crate) fn known_by(mut self, text: &str) -> Self {
        if self.identifier().is_none() {
            self.1.id = Some(Arc::new(TokenId::of(text)));
        }
        self
    }

    /// Returns what stands for the token in records, where that is known.
    pub(crate) fn id(&self) -> Option<TokenId> {
        self.identifier().map(TokenId::of).or_else(|| self.1.id.as_deref().copied())
    }

    fn identifier(&self) -> Option<&str> {
        self.0.claims.get("jti").and_then(Value::as_str).filter(|id| !id.is_empty())
    }

    /// Returns who acts for the subject: issuer and subject of `act`.
    pub(crate) fn actor(&self) -> Option<(Option<&str>, &str)> {
        let actor = self.0.claims.get("act")?;
        Some((actor.get("iss").and_then(Value::as_str), actor.get("sub")?.as_str()?))
    }

    /// Reads the claims into a type of yours.
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
    /// When a claim that `T` needs is missing or of another type.
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
