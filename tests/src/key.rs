//! Newly made keys.
//!
//! Tokens are made and signed here without the library that verifies them. The tests thus check that both agree on the format.
#![allow(clippy::missing_panics_doc, reason = "what fails here should fail the test")]

use std::sync::OnceLock;

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der},
    rand::SystemRandom,
    rsa::KeySize,
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, ECDSA_P521_SHA512_FIXED_SIGNING,
        EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512,
        RSA_PSS_SHA256, RSA_PSS_SHA384, RSA_PSS_SHA512, RsaEncoding, RsaKeyPair, RsaPublicKeyComponents,
    },
};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use serde_json::{Value, json};

/// A key pair with its name, which signs tokens.
#[derive(Debug)]
pub struct Key {
    kid: Option<&'static str>,
    pair: Pair,
}

#[derive(Debug)]
enum Pair {
    Rsa(RsaKeyPair),
    P256(EcdsaKeyPair),
    P384(EcdsaKeyPair),
    P521(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

impl Key {
    /// Makes an RSA key of 2048 bits.
    pub fn rsa(kid: impl Into<Option<&'static str>>) -> Self {
        Self { kid: kid.into(), pair: Pair::Rsa(RsaKeyPair::generate(KeySize::Rsa2048).expect("a key")) }
    }

    /// Makes a key on the curve P-256.
    pub fn p256(kid: impl Into<Option<&'static str>>) -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key");
        Self { kid: kid.into(), pair: Pair::P256(pair) }
    }

    /// Makes a key on the curve P-384.
    pub fn p384(kid: impl Into<Option<&'static str>>) -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING).expect("a key");
        Self { kid: kid.into(), pair: Pair::P384(pair) }
    }

    /// Makes a key on the curve P-521.
    pub fn p521(kid: impl Into<Option<&'static str>>) -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P521_SHA512_FIXED_SIGNING).expect("a key");
        Self { kid: kid.into(), pair: Pair::P521(pair) }
    }

    /// Makes an Ed25519 key.
    pub fn ed25519(kid: impl Into<Option<&'static str>>) -> Self {
        Self { kid: kid.into(), pair: Pair::Ed25519(Ed25519KeyPair::generate().expect("a key")) }
    }

    /// Returns one RSA key named `rsa` for the whole program, because RSA keys take long to make.
    pub fn shared() -> &'static Self {
        static KEY: OnceLock<Key> = OnceLock::new();
        KEY.get_or_init(|| Self::rsa("rsa"))
    }

    /// Returns the public key as a JWK with `kid`, `kty` and the members for its type.
    pub fn jwk(&self) -> Value {
        let mut jwk = match &self.pair {
            Pair::Rsa(pair) => {
                let RsaPublicKeyComponents { n, e } =
                    RsaPublicKeyComponents::<Vec<u8>>::from(pair.public_key());
                json!({ "kty": "RSA", "n": encode(n), "e": encode(e) })
            }
            Pair::P256(pair) => ec_jwk("P-256", pair),
            Pair::P384(pair) => ec_jwk("P-384", pair),
            Pair::P521(pair) => ec_jwk("P-521", pair),
            Pair::Ed25519(pair) => json!({ "kty": "OKP", "crv": "Ed25519", "x": encode(pair.public_key()) }),
        };
        if let Some(kid) = self.kid {
            jwk["kid"] = kid.into();
        }
        jwk
    }

    /// Returns the private key in PEM, as PKCS#8.
    pub fn pem(&self) -> String {
        let der = match &self.pair {
            Pair::Rsa(pair) => AsDer::<Pkcs8V1Der<'_>>::as_der(pair).expect("a key").as_ref().to_vec(),
            Pair::P256(pair) | Pair::P384(pair) | Pair::P521(pair) => {
                pair.to_pkcs8v1().expect("a key").as_ref().to_vec()
            }
            Pair::Ed25519(pair) => pair.to_pkcs8v1().expect("a key").as_ref().to_vec(),
        };
        let text = STANDARD.encode(der);
        let lines: Vec<_> = text.as_bytes().chunks(64).map(|line| String::from_utf8_lossy(line)).collect();
        format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", lines.join("\n"))
    }

    /// Returns the algorithm that [`Key::mint`] uses.
    pub fn algorithm(&self) -> &'static str {
        match self.pair {
            Pair::Rsa(_) => "RS256",
            Pair::P256(_) => "ES256",
            Pair::P384(_) => "ES384",
            Pair::P521(_) => "ES512",
            Pair::Ed25519(_) => "EdDSA",
        }
    }

    /// Makes an access token with `claims`.
    pub fn mint(&self, claims: &Value) -> String {
        let mut header = json!({ "alg": self.algorithm(), "typ": "at+jwt" });
        if let Some(kid) = self.kid {
            header["kid"] = kid.into();
        }
        self.mint_with(&header, claims)
    }

    /// Makes a token with exactly this header. It is signed with the header's `alg`, or with the key's own algorithm if the key
    /// does not fit that `alg`.
    pub fn mint_with(&self, header: &Value, claims: &Value) -> String {
        self.mint_text(&header.to_string(), &claims.to_string())
    }

    /// Makes a token from texts that need not be JSON. It is signed as by [`Key::mint_with`].
    pub fn mint_text(&self, header: &str, claims: &str) -> String {
        let message = format!("{}.{}", encode(header), encode(claims));
        let header: Value = serde_json::from_str(header).unwrap_or_default();
        let signature = self.sign(header["alg"].as_str().unwrap_or_default(), message.as_bytes());
        format!("{message}.{}", encode(signature))
    }

    fn sign(&self, alg: &str, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match &self.pair {
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(rsa_encoding(alg), &random, message, &mut signature).expect("a signature");
                signature
            }
            Pair::P256(pair) | Pair::P384(pair) | Pair::P521(pair) => {
                pair.sign(&random, message).expect("a signature").as_ref().to_vec()
            }
            Pair::Ed25519(pair) => pair.sign(message).as_ref().to_vec(),
        }
    }
}

/// Encodes as base64url without padding.
pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn ec_jwk(crv: &str, pair: &EcdsaKeyPair) -> Value {
    // The point is uncompressed: 4, x, y.
    let point = &pair.public_key().as_ref()[1..];
    let (x, y) = point.split_at(point.len() / 2);
    json!({ "kty": "EC", "crv": crv, "x": encode(x), "y": encode(y) })
}

fn rsa_encoding(alg: &str) -> &'static dyn RsaEncoding {
    match alg {
        "RS384" => &RSA_PKCS1_SHA384,
        "RS512" => &RSA_PKCS1_SHA512,
        "PS256" => &RSA_PSS_SHA256,
        "PS384" => &RSA_PSS_SHA384,
        "PS512" => &RSA_PSS_SHA512,
        _ => &RSA_PKCS1_SHA256,
    }
}
