//! The key that a proof brings along.

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::verify::jwt::{
    Algorithm, Fault,
    proofs::{Jwk, of_key, read_public_key},
};

/// A public key in the header of a proof ([RFC 9449, section 4.2](https://www.rfc-editor.org/rfc/rfc9449#section-4.2)).
pub(super) struct ProofKey(Jwk);

/// The members that private keys have, and shared secrets ([RFC 7518, section 6](https://www.rfc-editor.org/rfc/rfc7518#section-6)).
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

impl ProofKey {
    /// Reads a key that is public, and for this algorithm.
    pub(super) fn read(members: &Map<String, Value>, algorithm: Algorithm) -> Result<Self, Fault> {
        if PRIVATE.iter().any(|name| members.contains_key(*name)) {
            return Err(Fault::Plain("its `jwk` has private members; a proof carries the public key alone"));
        }
        let jwk: Jwk = serde_json::from_value(Value::Object(members.clone()))
            .map_err(|_| Fault::Plain("its `jwk` is not a JSON Web Key"))?;
        let algorithms = of_key(&jwk.kty, jwk.crv.as_deref(), jwk.alg.as_deref());
        if !algorithms.contains(&algorithm) || !jwk.is_for_verification() || !jwk.is_of_usual_size() {
            return Err(Fault::Plain("its `jwk` is not a key for its `alg`"));
        }
        Ok(Self(jwk))
    }

    /// Returns the SHA-256 of the members that make the key
    /// ([RFC 7638, section 3](https://www.rfc-editor.org/rfc/rfc7638#section-3)).
    pub(super) fn thumbprint(&self) -> [u8; 32] {
        let Jwk { kty, crv, n, e, x, y, .. } = &self.0;
        // In the order of their names: some programs have serde_json keep the order in which members are written.
        let members = match kty.as_str() {
            "RSA" => json!({ "e": e, "kty": kty, "n": n }),
            "EC" => json!({ "crv": crv, "kty": kty, "x": x, "y": y }),
            _ => json!({ "crv": crv, "kty": kty, "x": x }),
        };
        Sha256::digest(members.to_string()).into()
    }

    /// Verifies a signature of this key.
    pub(super) fn made(&self, signature: &[u8], algorithm: Algorithm, message: &[u8]) -> bool {
        read_public_key(&self.0, algorithm).is_some_and(|key| key.verify_sig(message, signature).is_ok())
    }
}
