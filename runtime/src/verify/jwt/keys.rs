//! The keys of one issuer, as its JWK set has them.

use std::sync::Arc;

use jsonwebtoken::{Algorithm, DecodingKey, crypto::aws_lc::DEFAULT_PROVIDER};
use serde::Deserialize;
use serde_json::Value;

use super::{algorithms, unverified::Unverified};

/// The keys of a JWK set ([RFC 7517, section 5]) that can verify signatures, prepared once.
///
/// [RFC 7517, section 5]: https://www.rfc-editor.org/rfc/rfc7517#section-5
pub(super) struct KeySet(Vec<Arc<Key>>);

pub(super) struct Key {
    jwk: Jwk,
    algorithms: Vec<Algorithm>,
    public: DecodingKey,
}

/// What the keys say about a token's signature.
pub(super) enum Verdict {
    /// This key made it.
    Genuine(Arc<Key>),
    /// The key that the token names did not make it.
    Forged,
    /// The token names a key that is not here, or names none and none here made it.
    UnknownKey,
}

impl KeySet {
    /// Reads a JWK set, or nothing where it is not one. Keys that are malformed, of an unknown kind or for another purpose
    /// are left out, as section 5 advises, so that they do not spoil the others.
    pub(super) fn parse(set: Value) -> Option<Self> {
        let set: Set = serde_json::from_value(set).ok()?;
        let jwks = set.keys.into_iter().filter_map(|jwk| serde_json::from_value::<Jwk>(jwk).ok());
        Some(Self(jwks.filter_map(Key::prepare).map(Arc::new).collect()))
    }

    /// Takes over the keys of `older` that are unchanged, so that what they verified is known to be still good.
    pub(super) fn keeping_known(mut self, older: &Self) -> Self {
        for key in &mut self.0 {
            if let Some(known) = older.0.iter().find(|known| known.jwk == key.jwk) {
                *key = Arc::clone(known);
            }
        }
        self
    }

    /// Tells whether `key` is still published: the very same object, which is taken over as long as the key is unchanged.
    pub(super) fn has(&self, key: &Arc<Key>) -> bool {
        self.0.iter().any(|own| Arc::ptr_eq(own, key))
    }

    /// Tells whether there is none that could make a token.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Judges the signature of `token` by these keys.
    pub(super) fn judge(&self, token: &Unverified<'_>) -> Verdict {
        let named = || self.0.iter().filter(|key| token.kid.is_none() || key.jwk.kid == token.kid);
        // Two keys may have one name, as when a server signs with RSA and elliptic curves.
        let mut fitting = named().filter(|key| key.algorithms.contains(&token.algorithm)).take(MAX_TRIALS);
        if let Some(key) = fitting.find(|key| key.made_signature_of(token)) {
            Verdict::Genuine(Arc::clone(key))
        } else if token.kid.is_some() && named().next().is_some() {
            Verdict::Forged
        } else {
            Verdict::UnknownKey
        }
    }
}

impl Key {
    fn prepare(jwk: Jwk) -> Option<Self> {
        let algorithms = algorithms::of_key(&jwk.kty, jwk.crv.as_deref(), jwk.alg.as_deref());
        if algorithms.is_empty() || !jwk.is_for_verification() {
            return None;
        }
        let public = match jwk.kty.as_str() {
            "RSA" => DecodingKey::from_rsa_components(jwk.n.as_ref()?, jwk.e.as_ref()?),
            "EC" => DecodingKey::from_ec_components(jwk.x.as_ref()?, jwk.y.as_ref()?),
            "OKP" => DecodingKey::from_ed_components(jwk.x.as_ref()?),
            _ => return None,
        };
        let public = public.ok()?;
        Some(Self { jwk, algorithms, public })
    }

    /// Verifies the signature with this key.
    ///
    /// The provider is named here and not taken from the process: without one installed there, jsonwebtoken panics as soon
    /// as another crate turns its second backend on, and to install one would take that choice from the program. What it
    /// makes cannot be kept, not being `Sync`; to make it takes a tenth of a microsecond, and to verify ten to fifty.
    fn made_signature_of(&self, token: &Unverified<'_>) -> bool {
        let verifier = (DEFAULT_PROVIDER.verifier_factory)(&token.algorithm, &self.public);
        verifier.is_ok_and(|verifier| verifier.verify(token.message, &token.signature).is_ok())
    }
}

/// How many keys are tried for one token, which is free to name none.
const MAX_TRIALS: usize = 16;

#[derive(Deserialize)]
struct Set {
    keys: Vec<Value>,
}

/// A JSON Web Key ([RFC 7517, section 4](https://www.rfc-editor.org/rfc/rfc7517#section-4)); which members a key has
/// depends on its kind ([RFC 7518, section 6](https://www.rfc-editor.org/rfc/rfc7518#section-6)).
#[derive(PartialEq, Eq, Deserialize)]
struct Jwk {
    kty: String,
    kid: Option<String>,
    alg: Option<String>,
    r#use: Option<String>,
    key_ops: Option<Vec<String>>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

impl Jwk {
    fn is_for_verification(&self) -> bool {
        self.r#use.as_deref().is_none_or(|purpose| purpose == "sig")
            && self.key_ops.as_ref().is_none_or(|operations| operations.iter().any(|name| name == "verify"))
    }
}
