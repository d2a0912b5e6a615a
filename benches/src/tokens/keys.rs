//! Keys, and tokens signed with them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_lc_rs::{
    digest::{SHA256, digest},
    encoding::AsDer,
    rsa::{KeyPair, KeySize},
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair},
};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey, Header,
    crypto::aws_lc,
    jwk::{Jwk, JwkSet, ThumbprintHash},
};
use serde_json::json;

use super::{AUDIENCE, ISSUER, SCOPES, signature::VerifyingKey};

const KEY: &str = "key-1";

/// An issuer that signs tokens with one new key.
pub struct Issuer {
    pub algorithm: Algorithm,
    private: EncodingKey,
    tokens: u64,
}

impl Issuer {
    /// Makes a P-256 key, or for `RS256` an RSA key of 2048 bits.
    pub fn new(algorithm: Algorithm) -> Self {
        // It fails only if a provider is installed already.
        let _ = aws_lc::DEFAULT_PROVIDER.install_default();
        let private = match algorithm {
            Algorithm::RS256 => {
                let pair = KeyPair::generate(KeySize::Rsa2048).expect("a key is made");
                let der = AsDer::<aws_lc_rs::encoding::Pkcs8V1Der<'_>>::as_der(&pair).expect("it is written");
                let pem = format!(
                    "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----",
                    STANDARD.encode(der.as_ref())
                );
                EncodingKey::from_rsa_pem(pem.as_bytes()).expect("it is read")
            }
            _ => {
                let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key is made");
                EncodingKey::from_ec_der(pair.to_pkcs8v1().expect("it is written").as_ref())
            }
        };
        Self { algorithm, private, tokens: 0 }
    }

    /// Returns the public key as a JWK set.
    pub fn jwks(&self) -> String {
        let mut key = self.public();
        key.common.key_id = Some(KEY.to_owned());
        serde_json::to_string(&JwkSet { keys: vec![key] }).expect("keys are JSON")
    }

    /// Returns the public key in the type with which jsonwebtoken verifies.
    pub fn verifying_key(&self) -> VerifyingKey {
        let key = DecodingKey::from_jwk(&self.public()).expect("it is a public key");
        VerifyingKey { algorithm: self.algorithm, key }
    }

    fn public(&self) -> Jwk {
        Jwk::from_encoding_key(&self.private, self.algorithm).expect("it has a public half")
    }

    /// Signs a new token.
    pub fn token(&mut self) -> String {
        self.token_with(json!({}))
    }

    /// Signs a token that is bound to the key of `client`.
    pub fn token_of(&mut self, client: &Client) -> String {
        self.token_with(json!({ "cnf": { "jkt": client.thumbprint } }))
    }

    fn token_with(&mut self, more: serde_json::Value) -> String {
        self.tokens += 1;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs();
        let mut claims = json!({
            "iss": ISSUER, "aud": AUDIENCE, "sub": "alice", "client_id": "cli", "scope": SCOPES,
            "iat": now, "exp": now + 60 * 60, "jti": self.tokens.to_string(),
        });
        for (name, value) in more.as_object().into_iter().flatten() {
            claims[name] = value.clone();
        }
        let header = Header {
            typ: Some("at+jwt".to_owned()),
            kid: Some(KEY.to_owned()),
            ..Header::new(self.algorithm)
        };
        jsonwebtoken::encode(&header, &claims, &self.private).expect("it is signed")
    }
}

/// A client that makes DPoP proofs with its own P-256 key.
pub struct Client {
    private: EncodingKey,
    public: Jwk,
    /// The thumbprint of the key, to which tokens are bound.
    thumbprint: String,
    proofs: u64,
}

impl Client {
    pub fn new() -> Self {
        let Issuer { private, .. } = Issuer::new(Algorithm::ES256);
        let public = Jwk::from_encoding_key(&private, Algorithm::ES256).expect("it has a public half");
        let thumbprint = public.thumbprint(ThumbprintHash::SHA256).expect("the key is whole");
        Self { private, public, thumbprint, proofs: 0 }
    }

    /// Signs a proof for `GET url` with a token.
    pub fn proof(&mut self, url: &str, token: &str) -> String {
        self.proofs += 1;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs();
        let ath = URL_SAFE_NO_PAD.encode(digest(&SHA256, token.as_bytes()));
        let claims = json!({
            "jti": self.proofs.to_string(), "htm": "GET", "htu": url, "iat": now, "ath": ath,
        });
        let header = Header {
            typ: Some("dpop+jwt".to_owned()),
            jwk: Some(self.public.clone()),
            ..Header::new(Algorithm::ES256)
        };
        jsonwebtoken::encode(&header, &claims, &self.private).expect("it is signed")
    }
}

impl Default for Client {
    fn default() -> Self {
        Self::new()
    }
}
