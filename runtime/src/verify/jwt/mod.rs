//! Verifies JSON Web Tokens with the keys that their authorization server publishes.
//!
//! A token is taken apart (`unverified`), its signature is judged by one of its issuer's keys (`keys`, `jwk`, `algorithms`),
//! and then its claims are (`claims`), and its times (`validity`). Keys are loaded when they are first needed, and again in
//! the background (`key_source`, `state`, `issuer_metadata`, `address`, `fetch`). How a token was judged is remembered (`cache`,
//! `weight`).

mod address;
mod algorithms;
mod cache;
mod claims;
mod fault;
mod fetch;
#[cfg(fuzzing)]
pub mod fuzzing;
mod issuer_metadata;
mod jwk;
mod key_source;
mod keys;
mod object;
mod state;
#[cfg(test)]
mod tests;
mod unverified;
mod validity;
mod verifier;
mod weight;

use std::{fmt, time::Duration};

/// What introspection shares with JWTs.
#[cfg(feature = "introspection")]
pub(super) mod shared {
    pub(in crate::verify) use super::{
        address::trusted_url,
        cache::Digest,
        fault::Fault,
        fetch::{Reply, client_for, post},
        issuer_metadata::introspection_endpoint,
        key_source::KeySource,
        keys::Verdict,
        object::check_names,
        unverified::{Unread, check_length},
        validity::system_clock,
        verifier::ask,
        weight::of_object as weight_of_object,
    };
}

use self::{address::KeyHosts, cache::Cache, claims::Rules, key_source::KeySource};
use crate::shown;

/// Verifies JSON Web Tokens: access tokens that an authorization server signed, as in [RFC 9068].
///
/// The authorization server need not be up when the program starts: its metadata ([RFC 8414] or OIDC
/// Discovery) and its keys are loaded with the first token. They are loaded again in the background, every five minutes
/// while tokens come in, and for a token whose key is not among them. While the server does not answer, the keys that
/// are known keep working, and only tokens of unknown keys get [`VerifyError::unavailable`].
///
/// A token is good when
/// - its `iss` is one of the issuers, and a key of just that issuer made the signature;
/// - its `alg` is one that the key is for: the key's own `alg`, or else `RS256` to `PS512` for RSA, `ES256` and
///   `ES384` for their curve, `EdDSA` for Ed25519. A key never serves for HMAC, and `none` is no algorithm;
/// - its `aud` names one of the audiences;
/// - it has an `exp` that is not over, and its `nbf`, if it has one, is over, both within the [leeway](Self::leeway);
/// - its `typ` is `at+jwt`, `application/at+jwt`, `JWT` or absent, and it has no `crit`, since no extension is known;
/// - with the `typ` `JWT` or none, it has none of the claims `nonce`, `at_hash`, `c_hash` and `events`, which ID tokens
///   and logout tokens have;
/// - neither its header nor its claims, nor any object in them, has two members of one name;
/// - it has at most 16 KiB, and its header at most 32 members.
///
/// The keys of an issuer are a JWK set of at most 256 keys; a longer set is refused as a whole. A token without a `kid` is
/// tried with the first four keys of its `alg`.
///
/// The scopes are those of the claim `scope`, or else of `scp`; both may be a space-delimited list or an array. The
/// subject is `sub`; the client is `client_id`, or else `azp`.
///
/// # What is remembered
///
/// A token that was good is remembered for five minutes, by its SHA-256, so that its signature is not verified with each
/// request. It is judged anew when keys were loaded among which its own is missing or changed, and `exp` and `nbf` are judged
/// each time. Of forged tokens, and of those for other audiences, a thousand are remembered apart, for half a minute. Nothing
/// is remembered of tokens that expired, or for which the keys could not be loaded. [`JwtVerifier::cache_size`] bounds the
/// memory, and turns all of this off.
///
/// Remembered or not, a token is good until its `exp`, even if the authorization server revoked it: it is not asked about
/// single tokens ([RFC 7662]). Have it issue tokens for minutes rather than for days.
///
/// # Denying single tokens
///
/// To deny a token before its `exp`, deny it by its claim `jti`, or by its subject, and not by its text. A token can have
/// several texts that are all good: whoever has an ECDSA signature (`ES256`, `ES384`) can make a second one of it, without the
/// key.
///
/// Gates share what is remembered if they share the verifier in an [`Arc`](std::sync::Arc).
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
/// [`TokenVerifier::verify`] answers [`VerifyError::expired`] only for a token with which all else is well, and
/// [`VerifyError::unavailable`] when the keys that the token needs could not be loaded.
///
/// [`TokenVerifier::verify`]: crate::TokenVerifier::verify
/// [`VerifyError::expired`]: crate::VerifyError::expired
/// [`VerifyError::unavailable`]: crate::VerifyError::unavailable
/// [RFC 7662]: https://www.rfc-editor.org/rfc/rfc7662
/// [RFC 8414]: https://www.rfc-editor.org/rfc/rfc8414
/// [RFC 9068]: https://www.rfc-editor.org/rfc/rfc9068#section-4
#[must_use]
pub struct JwtVerifier {
    issuers: Vec<Issuer>,
    rules: Rules,
    leeway: Duration,
    clock: fn() -> f64,
    cache: Option<Cache>,
    key_hosts: KeyHosts,
    problems: Vec<String>,
}

/// How much memory the cache may take, in bytes: enough for some thousand tokens.
const CACHE_SIZE: usize = 16 * 1024 * 1024;

struct Issuer {
    id: String,
    keys: KeySource,
}

impl JwtVerifier {
    /// Makes a verifier of tokens that one of `issuers` made for `audience`. Nothing is fetched yet.
    ///
    /// An issuer is the authorization server's identifier as it spells it itself: its metadata and its tokens must have
    /// the same text, to the last slash. It is an `https` URL; `http` is for loopback addresses only. With anything else the
    /// gate does not start. Its keys are on its own host, or on one of the [`key_hosts`](Self::key_hosts).
    ///
    /// `audience` is usually the URL of the resource. Where that has no path, as in `https://files.example.com`,
    /// the form with a slash is accepted too, and the other way round.
    pub fn new(issuers: impl IntoIterator<Item = impl Into<String>>, audience: impl Into<String>) -> Self {
        let issuers = issuers.into_iter().map(Into::into);
        let issuers = issuers.map(|id: String| Issuer { keys: KeySource::discovered(&id), id }).collect();
        Self {
            issuers,
            rules: Rules::for_audience(audience.into()),
            leeway: Duration::from_secs(30),
            clock: validity::system_clock,
            cache: Some(Cache::of_size(CACHE_SIZE)),
            key_hosts: KeyHosts::default(),
            problems: Vec::new(),
        }
    }

    /// Accepts tokens for `audience` too, for an authorization server that maps the resource's URL to a name of its own
    /// ([RFC 8707, section 2](https://www.rfc-editor.org/rfc/rfc8707#section-2)).
    pub fn audience(self, audience: impl Into<String>) -> Self {
        self.judging_by(|verifier| verifier.rules.add_audience(audience.into()))
    }

    /// Takes the keys from `url` in place of discovery, for an authorization server without metadata.
    ///
    /// This is for a verifier of exactly one issuer; with several the gate does not start, since whose keys they are would
    /// be open. The URL is `https`; `http` is for loopback addresses only.
    pub fn jwks_uri(self, url: impl Into<String>) -> Self {
        self.judging_by(|verifier| match verifier.issuers.as_mut_slice() {
            [issuer] => issuer.keys = KeySource::at(url.into()),
            issuers => verifier.problems.push(format!(
                "`jwks_uri` does not say which of {} issuers has its keys there; leave it out, or verify one issuer's tokens alone",
                issuers.len()
            )),
        })
    }

    /// Accepts that the metadata of an issuer names keys on one of `hosts`, each with its port where that is not 443.
    ///
    /// Without it, keys are on the issuer's own origin: scheme, host and port. Name a host that the provider documents and
    /// that it alone publishes on. On a host of this list keys are fetched by `https`; by `http` only if the host is a loopback
    /// address and so is the issuer.
    ///
    /// # Examples
    ///
    /// ```
    /// # use scopegate::JwtVerifier;
    /// let verifier = JwtVerifier::new(["https://accounts.google.com"], "https://files.example.com")
    ///     .key_hosts(["www.googleapis.com"]);
    /// ```
    pub fn key_hosts(self, hosts: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        self.judging_by(|verifier| {
            for host in hosts {
                let added = verifier.key_hosts.add(host.as_ref());
                verifier.problems.extend(added.err());
            }
            for issuer in &mut verifier.issuers {
                issuer.keys = issuer.keys.with_key_hosts(&verifier.key_hosts);
            }
        })
    }

    /// Reads the scopes from the claim `name`, such as `permissions` or `roles`, in place of `scope` and `scp`.
    ///
    /// A token without the claim grants nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// # use scopegate::JwtVerifier;
    /// let verifier = JwtVerifier::new(["https://tenant.auth0.com/"], "https://files.example.com")
    ///     .scope_claim("permissions");
    /// ```
    pub fn scope_claim(self, name: impl Into<String>) -> Self {
        self.judging_by(|verifier| verifier.rules.set_scope_claim(name.into()))
    }

    /// Sets how far the clocks of issuer and resource may differ when `exp` and `nbf` are judged; 30 seconds by default.
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.leeway = leeway;
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
    /// # use scopegate::JwtVerifier;
    /// let verifier = JwtVerifier::new(["https://auth.example.com"], "https://files.example.com").cache_size(0);
    /// ```
    pub fn cache_size(mut self, bytes: usize) -> Self {
        self.cache = (bytes > 0).then(|| Cache::of_size(bytes));
        self
    }

    /// Changes what tokens are judged by. How they were judged before does not count any more.
    fn judging_by(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        if let Some(cache) = &self.cache {
            cache.clear();
        }
        self
    }
}

impl fmt::Debug for JwtVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let issuers: Vec<_> = self.issuers.iter().map(|issuer| shown::url(&issuer.id).to_string()).collect();
        f.debug_struct("JwtVerifier")
            .field("issuers", &issuers)
            .field("rules", &self.rules)
            .field("leeway", &self.leeway)
            .finish_non_exhaustive()
    }
}
