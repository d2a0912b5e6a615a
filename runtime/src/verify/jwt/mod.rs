//! Verifies JSON Web Tokens with the keys that their authorization server publishes.
//!
//! A token is taken apart (`unverified`), its signature is judged by one of its issuer's keys (`keys`, `algorithms`),
//! and then its claims are (`claims`). Keys are loaded when they are first needed, and again in the background
//! (`source`, `state`, `discovery`, `fetch`).

mod algorithms;
mod claims;
mod discovery;
mod fetch;
#[cfg(fuzzing)]
pub mod fuzzing;
mod keys;
mod source;
mod state;
mod unverified;

use std::{fmt, time::Duration};

use self::{
    claims::Rules,
    keys::Verdict,
    source::KeySource,
    unverified::{Fault, Unverified},
};
use crate::{Token, TokenVerifier, VerifyError};

/// Verifies JSON Web Tokens: access tokens that an authorization server signed, as in [RFC 9068].
///
/// The authorization server need not be up when the program starts: its metadata ([RFC 8414] or OIDC
/// Discovery) and its keys are loaded with the first token. They are loaded again in the background, every five minutes
/// while tokens come in, and for a token whose key is not among them. While the server does not answer, the keys that
/// are known keep working, and only tokens of unknown keys get [`VerifyError::Unavailable`].
///
/// A token is good when
/// - its `iss` is one of the issuers, and a key of just that issuer made the signature;
/// - its `alg` is one that the key is for: the key's own `alg`, or else `RS256` to `PS512` for RSA, `ES256` and
///   `ES384` for their curve, `EdDSA` for Ed25519. A key never serves for HMAC, and `none` is no algorithm;
/// - its `aud` names one of the audiences;
/// - it has an `exp`, which is not over, and its `nbf`, if any, is over;
/// - its `typ` is `at+jwt`, `application/at+jwt`, `JWT` or absent, and it has no `crit`, since no extension is known.
///
/// The scopes are those of the claim `scope`, or else of `scp`; both may be a space-delimited list or an array.
///
/// # Examples
///
/// ```
/// use scopegate::JwtVerifier;
///
/// let verifier = JwtVerifier::new(["https://auth.example.com"], "https://files.example.com");
/// ```
///
/// Some authorization servers name their audiences otherwise, and some publish no metadata:
///
/// ```
/// # use scopegate::JwtVerifier;
/// let verifier = JwtVerifier::new(["https://auth.example.com"], "https://files.example.com")
///     .audience("api://files")
///     .jwks_uri("https://auth.example.com/keys");
/// ```
///
/// # Errors
///
/// [`TokenVerifier::verify`] answers [`VerifyError::Expired`] only for a token with which all else is well, and
/// [`VerifyError::Unavailable`] when the keys that the token needs could not be loaded.
///
/// [RFC 8414]: https://www.rfc-editor.org/rfc/rfc8414
/// [RFC 9068]: https://www.rfc-editor.org/rfc/rfc9068#section-4
#[must_use]
pub struct JwtVerifier {
    issuers: Vec<Issuer>,
    rules: Rules,
}

/// When to ask an issuer without keys again.
const WITHOUT_KEYS: Duration = Duration::from_secs(10);

struct Issuer {
    id: String,
    keys: KeySource,
}

impl JwtVerifier {
    /// Makes a verifier of tokens that one of `issuers` made for `audience`. Nothing is fetched yet.
    ///
    /// An issuer is the authorization server's identifier as it spells it itself: its metadata and its tokens must have
    /// the same text, to the last slash. It is an `https` URL; `http` is for loopback addresses only.
    ///
    /// `audience` is usually the URL of the resource. Where that has no path, as in `https://files.example.com`,
    /// the form with a slash is accepted too, and the other way round.
    pub fn new(issuers: impl IntoIterator<Item = impl Into<String>>, audience: impl Into<String>) -> Self {
        let issuers = issuers.into_iter().map(Into::into);
        let issuers = issuers.map(|id: String| Issuer { keys: KeySource::discovered(&id), id }).collect();
        Self { issuers, rules: Rules::for_audience(audience.into()) }
    }

    /// Accepts tokens for `audience` too, for an authorization server that maps the resource's URL to a name of its own
    /// ([RFC 8707, section 2](https://www.rfc-editor.org/rfc/rfc8707#section-2)).
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.rules.add_audience(audience.into());
        self
    }

    /// Takes the keys from `url` in place of discovery, for an authorization server without metadata.
    ///
    /// This is for a verifier of exactly one issuer; with several it is ignored, since whose keys they are would be open.
    /// The URL is `https`; `http` is for loopback addresses only.
    pub fn jwks_uri(mut self, url: impl Into<String>) -> Self {
        if let [issuer] = self.issuers.as_mut_slice() {
            issuer.keys = KeySource::at(url.into());
        }
        self
    }

    /// Reads the scopes from the claim `name`, such as `permissions` or `roles`, in place of `scope` and `scp`.
    ///
    /// A token without the claim grants nothing.
    pub fn scope_claim(mut self, name: impl Into<String>) -> Self {
        self.rules.set_scope_claim(name.into());
        self
    }

    /// Sets how far the clocks of issuer and resource may differ when `exp` and `nbf` are judged; 30 seconds by default.
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.rules.set_leeway(leeway);
        self
    }
}

impl TokenVerifier for JwtVerifier {
    async fn verify(&self, token: &str) -> Result<Token, VerifyError> {
        let token = Unverified::parse(token)?;
        let issuer = self.issuers.iter().find(|issuer| Some(issuer.id.as_str()) == token.issuer());
        let issuer = issuer.ok_or(Fault("its issuer is not one of those expected"))?;
        issuer.check_signature(&token).await?;
        self.rules.check(token.into_claims())
    }
}

impl Issuer {
    /// Checks that a key of this issuer made the signature. A token of an unknown key has the keys loaded again.
    async fn check_signature(&self, token: &Unverified<'_>) -> Result<(), VerifyError> {
        let mut keys = self.keys.current().await?;
        let mut verdict = keys.judge(token);
        if verdict == Verdict::UnknownKey
            && let Some(newer) = self.keys.newer_than(&keys).await?
        {
            verdict = newer.judge(token);
            keys = newer;
        }
        match verdict {
            Verdict::Genuine => Ok(()),
            // All keys withdrawn, or an accident of the issuer: nobody should throw a token away for that.
            Verdict::UnknownKey if keys.is_empty() => {
                Err(VerifyError::unavailable(WITHOUT_KEYS, "its issuer publishes no key that could be used"))
            }
            Verdict::Forged => Err(Fault("its signature is not one of the key that it names").into()),
            Verdict::UnknownKey => Err(Fault("its issuer publishes no key that made the signature").into()),
        }
    }
}

impl fmt::Debug for JwtVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let issuers: Vec<_> = self.issuers.iter().map(|issuer| &issuer.id).collect();
        f.debug_struct("JwtVerifier").field("issuers", &issuers).field("rules", &self.rules).finish()
    }
}
