//! Signed assertions of a client ([RFC 7523, section 3](https://www.rfc-editor.org/rfc/rfc7523#section-3)).

use aws_lc_rs::rand;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, AlgorithmFamily, EncodingKey, crypto::aws_lc::DEFAULT_PROVIDER};
use serde_json::json;

/// How long an assertion is good, in seconds: for one request.
const LIFETIME: f64 = 60.0;

/// A client's private key, which makes assertions.
#[derive(Clone)]
pub(super) struct AssertionKey {
    client_id: String,
    key_id: Option<String>,
    /// Whom the assertions are for, in place of the issuer.
    audience: Option<String>,
    /// The name of the algorithm, as the program gave it.
    algorithm_name: String,
    algorithm: Algorithm,
    private: EncodingKey,
}

impl AssertionKey {
    /// Reads a private key in PEM, and tries it.
    pub(super) fn read(client_id: String, pem: &str, algorithm_name: &str) -> Result<Self, String> {
        let unknown = || {
            format!(
                "`{}` is not an algorithm for `Introspection::private_key_jwt`; write one as in `RS256`, `ES256` or `EdDSA`",
                crate::shown::text(algorithm_name)
            )
        };
        let algorithm: Algorithm = match algorithm_name {
            "Ed25519" => Algorithm::EdDSA,
            name => name.parse().map_err(|_| unknown())?,
        };
        let private = match algorithm.family() {
            AlgorithmFamily::Rsa => EncodingKey::from_rsa_pem(pem.as_bytes()),
            AlgorithmFamily::Ec => EncodingKey::from_ec_pem(pem.as_bytes()),
            AlgorithmFamily::Ed => EncodingKey::from_ed_pem(pem.as_bytes()),
            AlgorithmFamily::Hmac => return Err(unknown()),
        };
        let not_a_key = || {
            format!(
                "the key of `Introspection::private_key_jwt` is not a private key for `{algorithm_name}`; write one in PEM, as PKCS#8 (`BEGIN PRIVATE KEY`)"
            )
        };
        let algorithm_name = algorithm_name.to_owned();
        let private = private.map_err(|_| not_a_key())?;
        let key = Self { client_id, key_id: None, audience: None, algorithm_name, algorithm, private };
        key.sign(b"tried once").map_err(|_| not_a_key())?;
        Ok(key)
    }

    pub(super) fn client_id(&self) -> &str {
        &self.client_id
    }

    pub(super) fn set_key_id(&mut self, key_id: String) {
        self.key_id = Some(key_id);
    }

    pub(super) fn set_audience(&mut self, audience: String) {
        self.audience = Some(audience);
    }

    /// Makes an assertion for one request to `issuer`. It has a name of its own (`jti`), so that a server can refuse to take it
    /// twice.
    pub(super) fn assertion(&self, issuer: &str, now: f64) -> Result<String, String> {
        let mut random = [0; 16];
        rand::fill(&mut random).map_err(|_| "this machine has no random numbers")?;
        let mut header = json!({ "alg": self.algorithm_name, "typ": "JWT" });
        if let Some(key_id) = &self.key_id {
            header["kid"] = key_id.as_str().into();
        }
        // The issuer itself, and not one of its endpoints, so that no other server can use the assertion there.
        let audience = self.audience.as_deref().unwrap_or(issuer);
        let claims = json!({
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": audience,
            "iat": whole(now),
            "exp": whole(now + LIFETIME),
            "jti": URL_SAFE_NO_PAD.encode(random),
        });
        let encode = |part: &serde_json::Value| URL_SAFE_NO_PAD.encode(part.to_string());
        let message = format!("{}.{}", encode(&header), encode(&claims));
        let signature = self.sign(message.as_bytes())?;
        Ok(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    /// Signs with the provider that the keys of issuers are tried with, whatever is installed in the process.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, String> {
        let signer = (DEFAULT_PROVIDER.signer_factory)(&self.algorithm, &self.private);
        let signature = signer.and_then(|signer| Ok(signer.try_sign(message)?));
        signature.map_err(|error| format!("cannot sign a client assertion: {error}"))
    }
}

/// Many servers take only whole numbers for times.
#[allow(
    clippy::cast_possible_truncation,
    reason = "the seconds since 1970 are far from the limit, and `as` saturates"
)]
fn whole(seconds: f64) -> i64 {
    seconds as i64
}
