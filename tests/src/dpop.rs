//! Makes DPoP proofs (RFC 9449) without the code that checks them.
#![allow(clippy::missing_panics_doc, reason = "what fails here should fail the test")]

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{SystemTime, UNIX_EPOCH},
};

use aws_lc_rs::digest::{SHA256, digest};
use serde_json::{Value, json};

use crate::key::{Key, encode};

/// A client with its own key.
#[derive(Debug)]
pub struct Prover(Key);

/// A proof before it is signed.
#[derive(Clone, Debug)]
pub struct Proof {
    /// The header.
    pub header: Value,
    /// The claims.
    pub claims: Value,
}

impl Prover {
    /// Makes a client from a key.
    #[must_use]
    pub const fn of(key: Key) -> Self {
        Self(key)
    }

    /// Makes a client with a new key on the curve P-256.
    #[must_use]
    pub fn new() -> Self {
        Self::of(Key::p256(None))
    }

    /// Returns the public key.
    #[must_use]
    pub fn jwk(&self) -> Value {
        let mut jwk = self.0.jwk();
        if let Some(members) = jwk.as_object_mut() {
            members.remove("kid");
        }
        jwk
    }

    /// Returns the thumbprint of the key, as in a bound token's `cnf.jkt`.
    #[must_use]
    pub fn thumbprint(&self) -> String {
        thumbprint(&self.jwk())
    }

    /// Returns a valid proof for a request, with a new `jti`.
    #[must_use]
    pub fn proof(&self, method: &str, url: &str, token: &str) -> Proof {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let jti = format!("jti-{}", NEXT.fetch_add(1, Ordering::Relaxed));
        Proof {
            header: json!({ "typ": "dpop+jwt", "alg": self.0.algorithm(), "jwk": self.jwk() }),
            claims: json!({ "jti": jti, "htm": method, "htu": url, "iat": now(), "ath": hash(token) }),
        }
    }

    /// Signs a proof with the key.
    #[must_use]
    pub fn sign(&self, proof: &Proof) -> String {
        self.0.mint_with(&proof.header, &proof.claims)
    }

    /// Signs a header and claims that need not be JSON.
    #[must_use]
    pub fn sign_text(&self, header: &str, claims: &str) -> String {
        self.0.mint_text(header, claims)
    }
}

impl Default for Prover {
    fn default() -> Self {
        Self::new()
    }
}

impl Proof {
    /// Sets a claim.
    #[must_use]
    pub fn with(mut self, claim: &str, value: impl Into<Value>) -> Self {
        self.claims[claim] = value.into();
        self
    }

    /// Sets a member of the header.
    #[must_use]
    pub fn with_header(mut self, member: &str, value: impl Into<Value>) -> Self {
        self.header[member] = value.into();
        self
    }

    /// Removes a claim.
    #[must_use]
    pub fn without(mut self, claim: &str) -> Self {
        self.claims.as_object_mut().expect("an object").remove(claim);
        self
    }
}

/// Returns the thumbprint of a public key ([RFC 7638](https://www.rfc-editor.org/rfc/rfc7638)).
#[must_use]
pub fn thumbprint(jwk: &Value) -> String {
    let text = |name: &str| jwk[name].as_str().expect("a member of the key");
    let members: &[&str] = match text("kty") {
        "RSA" => &["e", "kty", "n"],
        "EC" => &["crv", "kty", "x", "y"],
        _ => &["crv", "kty", "x"],
    };
    let members: Vec<_> = members.iter().map(|name| format!("\"{name}\":\"{}\"", text(name))).collect();
    hash(&format!("{{{}}}", members.join(",")))
}

/// Returns the SHA-256 of a text in base64url, as in the claim `ath`.
#[must_use]
pub fn hash(text: &str) -> String {
    encode(digest(&SHA256, text.as_bytes()))
}

/// Returns the time, in whole seconds since 1970.
#[must_use]
pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("a time after 1970").as_secs()
}
