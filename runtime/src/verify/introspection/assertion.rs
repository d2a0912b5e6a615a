//! Signed client assertions ([RFC 7523, section 3](https://www.rfc-editor.org/rfc/rfc7523#section-3)).

use std::sync::Arc;

use aws_lc_rs::{
    rand::{self, SystemRandom},
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, ECDSA_P521_SHA512_FIXED_SIGNING,
        EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384,
        RSA_PKCS1_SHA512, RSA_PSS_SHA256, RSA_PSS_SHA384, RSA_PSS_SHA512, RsaEncoding, RsaKeyPair,
    },
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use rustls_pki_types::{PrivateKeyDer, pem::PemObject};
use serde_json::json;

use crate::verify::jwt::Algorithm;

/// How long an assertion is valid, in seconds: enough for one request.
const LIFETIME: f64 = 60.0;

/// A client's private key, which signs assertions.
#[derive(Clone)]
pub(super) struct AssertionKey {
    client_id: String,
    key_id: Option<String>,
    /// The audience of the assertions; `None` means the issuer.
    audience: Option<String>,
    /// The name of the algorithm, as the program wrote it.
    algorithm: String,
    private: Arc<PrivateKey>,
}

enum PrivateKey {
    Rsa(RsaKeyPair, &'static dyn RsaEncoding),
    Ec(EcdsaKeyPair),
    Ed(Ed25519KeyPair),
}

impl AssertionKey {
    /// Parses a private key in PEM, and makes a test signature with the key.
    pub(super) fn read(client_id: String, pem: &str, name: &str) -> Result<Self, String> {
        let algorithm = Algorithm::parse(name).ok_or_else(|| {
            format!(
                "`{}` is not an algorithm for `Introspection::private_key_jwt`; write one such as `RS256`, `ES256` or `EdDSA`",
                crate::shown::text(name)
            )
        })?;
        let private = PrivateKeyDer::from_pem_slice(pem.as_bytes()).ok();
        let private = private.and_then(|der| PrivateKey::read(&der, algorithm)).ok_or_else(|| {
            format!(
                "the key of `Introspection::private_key_jwt` is not a private key for `{name}`; write one in PEM, beginning with `-----BEGIN PRIVATE KEY-----`"
            )
        })?;
        private.sign(b"tried once")?;
        Ok(Self {
            client_id,
            key_id: None,
            audience: None,
            algorithm: name.to_owned(),
            private: Arc::new(private),
        })
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

    /// Makes an assertion for one request to `issuer`. The assertion has a unique `jti`, so that the server can reject
    /// a replay.
    pub(super) fn assertion(&self, issuer: &str, now: f64) -> Result<String, String> {
        let mut random = [0; 16];
        rand::fill(&mut random).map_err(|_| "the system provides no randomness")?;
        let mut header = json!({ "alg": self.algorithm, "typ": "JWT" });
        if let Some(key_id) = &self.key_id {
            header["kid"] = key_id.as_str().into();
        }
        // The default audience is the issuer and not an endpoint, so that no server can present the assertion to
        // another server.
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
        let signature = self.private.sign(message.as_bytes())?;
        Ok(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

impl PrivateKey {
    /// Parses `key` as a private key for `algorithm`.
    fn read(key: &PrivateKeyDer<'_>, algorithm: Algorithm) -> Option<Self> {
        let ec = |algorithm: &'static EcdsaSigningAlgorithm| {
            EcdsaKeyPair::from_private_key_der(algorithm, key.secret_der()).ok().map(Self::Ec)
        };
        let rsa = |encoding: &'static dyn RsaEncoding| {
            let der = key.secret_der();
            let pair = RsaKeyPair::from_pkcs8(der).or_else(|_| RsaKeyPair::from_der(der));
            Some(Self::Rsa(pair.ok()?, encoding))
        };
        match algorithm {
            Algorithm::Rs256 => rsa(&RSA_PKCS1_SHA256),
            Algorithm::Rs384 => rsa(&RSA_PKCS1_SHA384),
            Algorithm::Rs512 => rsa(&RSA_PKCS1_SHA512),
            Algorithm::Ps256 => rsa(&RSA_PSS_SHA256),
            Algorithm::Ps384 => rsa(&RSA_PSS_SHA384),
            Algorithm::Ps512 => rsa(&RSA_PSS_SHA512),
            Algorithm::Es256 => ec(&ECDSA_P256_SHA256_FIXED_SIGNING),
            Algorithm::Es384 => ec(&ECDSA_P384_SHA384_FIXED_SIGNING),
            Algorithm::Es512 => ec(&ECDSA_P521_SHA512_FIXED_SIGNING),
            // OpenSSL writes PKCS#8 documents without the public key. A private key in this form is accepted, too.
            Algorithm::EdDsa => {
                Ed25519KeyPair::from_pkcs8_maybe_unchecked(key.secret_der()).ok().map(Self::Ed)
            }
        }
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, &'static str> {
        const FAILED: &str = "cannot sign a client assertion";
        let random = SystemRandom::new();
        match self {
            Self::Rsa(pair, encoding) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(*encoding, &random, message, &mut signature).map_err(|_| FAILED)?;
                Ok(signature)
            }
            Self::Ec(pair) => {
                pair.sign(&random, message).map(|made| made.as_ref().to_vec()).map_err(|_| FAILED)
            }
            Self::Ed(pair) => Ok(pair.sign(message).as_ref().to_vec()),
        }
    }
}

/// Returns whole seconds, because many servers accept only integers as times.
#[allow(
    clippy::cast_possible_truncation,
    reason = "the seconds since 1970 are far from the limit, and `as` saturates"
)]
fn whole(seconds: f64) -> i64 {
    seconds as i64
}
