//! The public key in a proof.

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::verify::jwt::{
    Algorithm, Fault,
    proofs::{Jwk, of_key, read_public_key},
};

/// A public key in the header of a proof ([RFC 9449, section 4.2](https://www.rfc-editor.org/rfc/rfc9449#section-4.2)).
pub(super) struct ProofKey(Jwk);

/// The members that only private keys and shared secrets have ([RFC 7518, section
/// 6](https://www.rfc-editor.org/rfc/rfc7518#section-6)).
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

impl ProofKey {
    /// Parses a public key, and checks that it is a key for `algorithm`.
    pub(super) fn read(members: &Map<String, Value>, algorithm: Algorithm) -> Result<Self, Fault> {
        if PRIVATE.iter().any(|name| members.contains_key(*name)) {
            return Err(Fault::Plain("its `jwk` has private members; a proof carries only the public key"));
        }
        let jwk: Jwk = serde_json::from_value(Value::Object(members.clone()))
            .map_err(|_| Fault::Plain("its `jwk` is not a JSON Web Key"))?;
        let algorithms = of_key(&jwk.kty, jwk.crv.as_deref(), jwk.alg.as_deref());
        if !algorithms.contains(&algorithm) || !jwk.is_for_verification() || !jwk.is_of_usual_size() {
            return Err(Fault::Plain("its `jwk` is not a key for its `alg`"));
        }
        Ok(Self(jwk))
    }

    /// Returns the SHA-256 of the members that define the key ([RFC 7638, section
    /// 3](https://www.rfc-editor.org/rfc/rfc7638#section-3)).
    pub(super) fn thumbprint(&self) -> [u8; 32] {
        let Jwk { kty, crv, n, e, x, y, .. } = &self.0;
        // The members must be in alphabetical order. They are written in this order here, because serde_json does not
        // sort them if a program enables serde_json's feature `preserve_order`.
        let members = match kty.as_str() {
            "RSA" => json!({ "e": e, "kty": kty, "n": n }),
            "EC" => json!({ "crv": crv, "kty": kty, "x": x, "y": y }),
            _ => json!({ "crv": crv, "kty": kty, "x": x }),
        };
        Sha256::digest(members.to_string()).into()
    }

    /// Tells whether this key made the signature.
    pub(super) fn made(&self, signature: &[u8], algorithm: Algorithm, message: &[u8]) -> bool {
        read_public_key(&self.0, algorithm).is_some_and(|key| key.verify_sig(message, signature).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

    use super::*;

    #[track_caller]
    fn check(jwk: &Value, algorithm: Algorithm, expected: &str) {
        let key = ProofKey::read(jwk.as_object().unwrap(), algorithm).unwrap();
        assert_eq!(URL_SAFE_NO_PAD.encode(key.thumbprint()), expected);
    }

    /// The examples of RFC 7638 (section 3.1), RFC 8037 (appendix A.3) and RFC 9449 (section 6.1).
    #[test]
    fn thumbprints_are_those_of_the_rfcs() {
        let n = concat!(
            "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMs",
            "tn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt",
            "-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
        );
        let rsa = json!({ "kty": "RSA", "n": n, "e": "AQAB", "alg": "RS256", "kid": "2011-04-29" });
        check(&rsa, Algorithm::Rs256, "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
        let okp =
            json!({ "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" });
        check(&okp, Algorithm::EdDsa, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
        let ec = json!({
            "kty": "EC",
            "x": "l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs",
            "y": "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA",
            "crv": "P-256",
        });
        check(&ec, Algorithm::Es256, "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
    }
}
