//! Verifies the tokens of several issuers, each by the one that issued it.

use std::fmt;

#[cfg(feature = "introspection")]
use super::opaque::Opaque;
use super::{StaticKeys, issuer::Issuer, jwt::Jwts};
use crate::{Presented, Token, TokenVerifier, VerifyError, shown};

/// Verifies the access tokens of some [issuers](Issuer): JSON Web Tokens, as in [RFC 9068].
///
/// An authorization server need not be up when the program starts: its metadata ([RFC 8414] or OIDC
/// Discovery) and its keys are loaded with the first token. They are loaded again in the background, every five minutes
/// while tokens come in. While the server does not answer, the keys that are known keep working, and only tokens of unknown keys
/// get [`VerifyError::unavailable`].
///
/// A token whose key is not among the known ones, or whose signature is not one of the key that it names, has the keys loaded again,
/// at most every ten seconds. A token of an unknown key is [`VerifyError::unavailable`] until the server was asked for its keys after
/// the token first came, or a minute after the `iat` of the token; from then on it is invalid, until the server publishes its
/// key.
///
/// A token is good when
/// - its `iss` is one of the issuers, and a key of just that issuer made the signature;
/// - its `alg` is one that the key is for: the key's own `alg`, or else `RS256` to `PS512` for RSA, `ES256`,
///   `ES384` and `ES512` for their curve, `EdDSA` for Ed25519. A key never serves for HMAC, and `none` is no algorithm;
/// - its `aud` names the [resource](crate::Resource) of the gate, or an [audience](Issuer::audience) of its issuer;
/// - it has an `exp` that is not over, and its `nbf`, if it has one, is over, both within the [leeway](Issuer::leeway);
/// - the `typ` of its header is `at+jwt`, `application/at+jwt`, `JWT` or absent, and it has no `crit`, since no extension is known;
/// - no claim marks it as another token, as `typ` with `ID` or `Refresh` does, or `token_use` with anything but `access`;
/// - where nothing marks it as an access token either (`at+jwt`, `token_use: access`, Keycloak's `typ: Bearer`), it has none of the
///   claims `nonce`, `at_hash`, `c_hash` and `events`, which ID tokens and logout tokens have; and where its audience is
///   not the resource itself, it has a claim for scopes, or another that [ID tokens lack](Issuer::access_claims);
/// - neither its header nor its claims, nor any object in them, has two members of one name;
/// - it has at most 16 KiB, and its header at most 32 members.
///
/// The keys of an issuer are a JWK set of at most 256 keys; a longer set is refused as a whole. A token without a `kid` is
/// tried with the first four keys of its `alg`.
///
/// The scopes are those of the claims `scope` and `scp`, unless the [issuer](Issuer::scopes) says otherwise; both may be a
/// space-delimited list or an array. The subject is `sub`; the client is `client_id`, or else `azp`, `cid` or `appid`.
///
/// # What is remembered
///
/// A token that was good is remembered for five minutes, by its whole text, so that its signature is not verified with each
/// request. It is judged anew when keys were loaded among which its own is missing or changed, and `exp` and `nbf` are judged
/// each time. Of forged tokens, of those for other audiences and of those of unknown keys, a thousand are remembered apart, until
/// keys are loaded again. Nothing is remembered of tokens that expired, or for which there were no keys yet. [`Issuers::cache_size`] bounds the
/// memory, and turns all of this off.
///
/// Remembered or not, a token is good until its `exp`, even if the authorization server revoked it: it is not asked about
/// single tokens ([RFC 7662]). Have it issue tokens for minutes rather than for days.
///
/// # Denying single tokens
///
/// To deny a token before its `exp`, deny it by its claim `jti`, or by its subject, and not by its text. A token can have
/// several texts that are all good: whoever has an ECDSA signature (`ES256`, `ES384`, `ES512`) can make a second one of it, without the
/// key.
///
/// Gates share what is remembered if they share the verifier in an [`Arc`](std::sync::Arc).
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
/// [`TokenVerifier::verify`] answers [`VerifyError::expired`] only for a token with which all else is well, and
/// [`VerifyError::unavailable`] when the keys that the token needs could not be loaded.
///
/// [RFC 7662]: https://www.rfc-editor.org/rfc/rfc7662
/// [RFC 8414]: https://www.rfc-editor.org/rfc/rfc8414
/// [RFC 9068]: https://www.rfc-editor.org/rfc/rfc9068#section-4
#[must_use]
pub struct Issuers {
    pub(super) jwts: Jwts,
    #[cfg(feature = "introspection")]
    pub(super) opaque: Opaque,
    keys: Option<StaticKeys>,
}

impl Issuers {
    /// Makes a verifier of the tokens of these issuers. Nothing is fetched yet.
    ///
    /// What is wrong with one of them, or between them, is an error when the gate starts.
    pub fn new(issuers: impl IntoIterator<Item = Issuer>) -> Self {
        let jwts = Jwts::of(issuers.into_iter());
        Self {
            #[cfg(feature = "introspection")]
            opaque: Opaque::of(jwts.known()),
            jwts,
            keys: None,
        }
    }

    /// Accepts static keys beside the tokens of the issuers.
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

    /// Sets how much memory remembered tokens may take, in bytes; 16 MiB by default. With `0` none is remembered.
    ///
    /// A token with a dozen claims takes about 2 KiB. One that takes more than some 60 KiB may not be remembered: the
    /// memory is split, into more parts the more cores there are.
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

    /// Verifies a token and sends it nowhere: as a static key, or by the keys of the issuer that it names.
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

    /// Finds issuers that would both take a token for their own.
    fn clashes(&self) -> Vec<String> {
        let mut issuers = self.iter();
        let mut clashes = Vec::new();
        while let Some(issuer) = issuers.next() {
            clashes.extend(issuers.clone().filter_map(|other| issuer.clash(other)).map(|name| {
                let name = shown::url(&name).to_string();
                format!("two issuers have the name `{name}`, so that nobody could tell whose rules its tokens follow; leave one out")
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
                // Boxed, since it is rare, and every request would have room for it.
                None => Box::pin(server.verify(presented)).await,
            };
        }
        self.jwts.verify(presented).await
    }

    fn problems(&self) -> Vec<String> {
        let mut problems: Vec<_> = self.iter().flat_map(Issuer::problems).collect();
        if self.iter().next().is_none() {
            problems.push("there is no issuer, so that no token is accepted; name one as in `Issuer::new(\"https://auth.example.com\")`".to_owned());
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
