//! Verifies the tokens of several issuers, each token by the rules of its issuer.

use std::fmt;

#[cfg(feature = "introspection")]
use super::opaque::Opaque;
use super::{StaticKeys, issuer::Issuer, jwt::Jwts};
use crate::{Presented, Token, TokenVerifier, VerifyError, shown};

/// Verifies JWT access tokens ([RFC 9068]) from one or several [issuers](Issuer).
///
/// An authorization server need not be up when the program starts. The server's metadata ([RFC 8414] or OIDC Discovery)
/// and its keys are loaded when the first token arrives. While tokens arrive, the keys are reloaded in the background
/// every five minutes. While the server does not answer, the known keys stay in use. During this time, only a token
/// with an unknown key can get [`VerifyError::unavailable`].
///
/// The keys are also reloaded if a token has an unknown key, or if the signature of a token does not match its key. As
/// long as the server answers the gate's requests, these reloads happen at most once every ten seconds. A token with an
/// unknown key is invalid if the gate's keys are recent enough. The keys are recent enough if the gate requested them
/// after the token's first arrival, or more than a minute after the token's `iat`. If the keys are not recent enough,
/// the server may have published the token's key after the gate's request. The result is therefore
/// [`VerifyError::unavailable`]. The token becomes valid when a reload finds its key.
///
/// Unless you set other rules for its [issuer](Issuer), a token is valid if
/// - its `iss` names one of the issuers, and a key of that issuer made the signature;
/// - its `alg` is the `alg` of the key. If the key has no `alg`, the token's `alg` must fit the kind of key. An RSA key
///   allows `RS256` to `RS512` and `PS256` to `PS512`. An EC key allows `ES256`, `ES384` or `ES512`, depending on its
///   curve. An Ed25519 key allows `EdDSA`. HMAC and `none` are never accepted;
/// - its `aud` names the [resource](crate::Resource) of the gate, or an [audience](Issuer::audience) that you set for
///   its issuer;
/// - its `exp` is in the future, and its `nbf` (if any) is not. The [leeway](Issuer::leeway) applies to both;
/// - the `typ` of its header is `at+jwt`, `application/at+jwt` or `JWT`, or the header has no `typ`;
/// - its header has no `crit`, because scopegate supports no extension;
/// - no claim marks it as another kind of token (for example, `typ: ID`, `typ: Refresh`, or any `token_use` except
///   `access`);
/// - it is marked as an access token (`at+jwt`, `token_use: access`, Keycloak's `typ: Bearer`), or it has none of the
///   claims `nonce`, `at_hash`, `c_hash` and `events`, which ID tokens and logout tokens have;
/// - it is marked as an access token, or its audience is the resource, or it has a claim that
///   [ID tokens lack](Issuer::access_claims). This claim is a claim for scopes, unless you name other claims for this
///   check;
/// - no member is repeated in its header, in its claims, or in an object inside them;
/// - it is at most 16 KiB long, and its header has at most 32 members, including nested ones.
///
/// The keys of an issuer are a JWK set of at most 256 keys; a longer set is rejected as a whole. The signature of a
/// token without a `kid` is checked with the first four keys that fit its `alg`.
///
/// The scopes come from the claims `scope` and `scp`, unless you set other claims for the [issuer](Issuer::scopes).
/// Each of these claims is a space-delimited list or an array. The subject comes from `sub`. The client comes from
/// `client_id`. If a token has no `client_id`, the client comes from `azp`, `cid` or `appid`.
///
/// # Caching
///
/// A valid token is cached for five minutes, so that its signature is not verified again at each request. The cache key
/// is the whole text of the token. The signature is verified again if a reload changes or removes the token's key.
/// `exp` and `nbf` are checked at each request. A separate cache has room for up to a thousand rejected tokens, such as
/// forged tokens, tokens for other audiences, and tokens with unknown keys. An entry for a rejected token is used until
/// the next reload. Expired tokens are not cached. While the gate has no keys of an issuer, tokens of this issuer are
/// not cached. [`Issuers::cache_size`] limits the memory for valid tokens, and can turn both caches off.
///
/// The gate does not ask the authorization server whether a JWT is still active ([RFC 7662]). So the gate accepts a
/// revoked JWT until its `exp`, even if the cache is off. Configure the server to issue tokens that are valid for
/// minutes, and not for days.
///
/// Gates share the cache if they share the verifier in an [`Arc`](std::sync::Arc).
///
/// # Denying single tokens
///
/// To deny a token before its `exp`, put its claim `jti` or its subject on your deny list. Do not put the token's text
/// on the list, because a token can have several valid texts. Even without the private key, anyone can turn an ECDSA
/// signature (`ES256`, `ES384`, `ES512`) into a second valid signature.
///
/// # Examples
///
/// ```
/// use scopegate::{Gate, Issuer, Resource};
///
/// let gate = Gate::issuers(
///     Resource::new("https://files.example.com")?,
///     [Issuer::new("https://auth.example.com"), Issuer::keycloak("https://sso.example.com/realms/main")],
/// );
/// # Ok::<(), scopegate::InvalidResource>(())
/// ```
///
/// # Errors
///
/// The method [`TokenVerifier::verify`] fails if the token is not valid. The error is [`VerifyError::expired`] only if
/// the token is otherwise valid. The error is [`VerifyError::unavailable`] if the keys for the token could not be
/// loaded.
///
/// [RFC 7662]: https://www.rfc-editor.org/rfc/rfc7662
/// [RFC 8414]: https://www.rfc-editor.org/rfc/rfc8414
/// [RFC 9068]: https://www.rfc-editor.org/rfc/rfc9068#section-4
#[must_use]
pub struct Issuers {
    pub(super) jwts: Jwts,
    #[cfg(feature = "introspection")]
    pub(super) opaque: Opaque,
    pub(super) keys: Option<StaticKeys>,
}

impl Issuers {
    /// Makes a verifier for the tokens of these issuers. Nothing is fetched yet.
    ///
    /// If the settings of an issuer have a problem, or if two issuers accept the same `iss`, the gate does not start.
    pub fn new(issuers: impl IntoIterator<Item = Issuer>) -> Self {
        let jwts = Jwts::of(issuers.into_iter());
        Self {
            #[cfg(feature = "introspection")]
            opaque: Opaque::of(jwts.known()),
            jwts,
            keys: None,
        }
    }

    /// Accepts static keys in addition to the tokens of the issuers.
    ///
    /// A static key opens every route whose scopes the key grants, unless the route requires a login. The scopes of a
    /// route include the gate's floor, which is the set of scopes that every protected operation needs. A key that
    /// grants the floor also opens every `#[authenticated]` route, unless the route demands `acr` or `max_age`.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::{Gate, Issuer, Issuers, Resource, StaticKeys};
    ///
    /// let keys = StaticKeys::new().key("backup", "sk_backup", "files:read")?;
    /// let gate = Gate::issuers(
    ///     Resource::new("https://files.example.com")?,
    ///     Issuers::new([Issuer::new("https://auth.example.com")]).static_keys(keys),
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn static_keys(mut self, keys: StaticKeys) -> Self {
        self.keys = Some(keys);
        self
    }

    /// Sets the size, in bytes, of each cache: the cache for JWTs, and each issuer's cache for answers about opaque
    /// tokens. The default is 16 MiB for each cache. With `0`, the gate caches neither JWTs nor answers about active
    /// tokens.
    ///
    /// A token with a dozen claims takes about 2 KiB. Each cache is split into parts, and a token is cached only if it
    /// fits into one part. So a token that takes more than about 60 KiB is not always cached. On a machine with more
    /// cores, a cache has more parts, and each part is smaller.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::{Issuer, Issuers};
    ///
    /// let verifier = Issuers::new([Issuer::new("https://auth.example.com")]).cache_size(0);
    /// ```
    pub fn cache_size(mut self, bytes: usize) -> Self {
        self.jwts.set_cache_size(bytes);
        #[cfg(feature = "introspection")]
        self.opaque.set_cache_size(bytes);
        self
    }

    /// Verifies a token without sending it anywhere. A token that is not a static key is verified with the keys of the
    /// issuer that the token names.
    #[cfg(feature = "export")]
    pub(super) async fn verify_offline(&self, presented: &Presented<'_>) -> Result<Token, VerifyError> {
        if let Some(token) = self.keys.as_ref().and_then(|keys| keys.find(presented.token())) {
            return Ok(token.clone());
        }
        self.jwts.verify(presented).await
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Issuer> + Clone {
        self.jwts.known().map(|known| &known.issuer)
    }

    /// Lists each pair of issuers that accept the same `iss`.
    fn clashes(&self) -> Vec<String> {
        let mut issuers = self.iter();
        let mut clashes = Vec::new();
        while let Some(issuer) = issuers.next() {
            clashes.extend(issuers.clone().filter_map(|other| issuer.clash(other)).map(|name| {
                let name = shown::url(&name).to_string();
                format!("two issuers have the name `{name}`, so the rules for its tokens are ambiguous; remove one of them")
            }));
        }
        clashes
    }
}

impl TokenVerifier for Issuers {
    async fn verify(&self, presented: &Presented<'_>) -> Result<Token, VerifyError> {
        if let Some(token) = self.keys.as_ref().and_then(|keys| keys.find(presented.token())) {
            return Ok(token.clone());
        }
        #[cfg(feature = "introspection")]
        if let Some(server) = self.opaque.server_of(presented.token())? {
            return match server.verify_by_memory(presented) {
                Some(verified) => verified,
                // Without this box, the `Future` of every request would be larger. The box costs little, because few
                // requests come here.
                None => Box::pin(server.verify(presented)).await,
            };
        }
        self.jwts.verify(presented).await
    }

    fn problems(&self) -> Vec<String> {
        let mut problems: Vec<_> = self.iter().flat_map(Issuer::problems).collect();
        if self.iter().next().is_none() {
            problems.push("there is no issuer, so no token is accepted; name one, as in `Issuer::new(\"https://auth.example.com\")`".to_owned());
        }
        problems.extend(self.clashes());
        #[cfg(feature = "introspection")]
        problems.extend(self.opaque.problems());
        problems
    }
}

impl From<Issuer> for Issuers {
    fn from(issuer: Issuer) -> Self {
        Self::new([issuer])
    }
}

impl<const N: usize> From<[Issuer; N]> for Issuers {
    fn from(issuers: [Issuer; N]) -> Self {
        Self::new(issuers)
    }
}

impl From<Vec<Issuer>> for Issuers {
    fn from(issuers: Vec<Issuer>) -> Self {
        Self::new(issuers)
    }
}

impl fmt::Debug for Issuers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Issuers")
            .field("issuers", &self.iter().collect::<Vec<_>>())
            .field("keys", &self.keys)
            .finish_non_exhaustive()
    }
}
