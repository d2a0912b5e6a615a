//! Tokens that DPoP binds to the client's key ([RFC 9449]).
//!
//! [RFC 9449]: https://www.rfc-editor.org/rfc/rfc9449

use std::time::Duration;

use axum::http::{HeaderMap, Method};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::{Jwk, ThumbprintHash};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use url::Url;

use crate::access_token::now;
use crate::error::{Code, OAuthError};
use crate::metadata::TOKEN_PATH;
use crate::state::Issuer;
use crate::store::Store;

/// The signature algorithms of proofs, which the metadata lists.
pub(crate) const ALGORITHMS: [Algorithm; 5] =
    [Algorithm::ES256, Algorithm::ES384, Algorithm::EdDSA, Algorithm::PS256, Algorithm::RS256];

/// How far the time of a proof may be from now, in both directions.
const WINDOW: Duration = Duration::from_secs(5 * 60);

const MAX_PROOF_BYTES: usize = 8 * 1024;
const MAX_IDENTIFIER_BYTES: usize = 256;

/// The members of a key that only its owner may know ([RFC 7518, section 6](https://www.rfc-editor.org/rfc/rfc7518#section-6)).
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// The thumbprint of a client's key ([RFC 7638](https://www.rfc-editor.org/rfc/rfc7638)), as in the claim `cnf` of a bound token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct BoundKey {
    jkt: String,
}

impl BoundKey {
    /// The key that an authorization request names with `dpop_jkt`. The code is bound to that key.
    pub(crate) fn named(thumbprint: &str) -> Self {
        Self { jkt: thumbprint.to_owned() }
    }
}

/// The used proofs, kept as long as they are valid.
pub(crate) fn used_proofs() -> Store<()> {
    Store::new(10_000, 2 * WINDOW)
}

#[derive(Deserialize)]
struct Claims {
    htm: String,
    htu: String,
    iat: f64,
    jti: String,
}

/// Returns the key of a token request's proof. A request without a proof asks for an unbound token.
///
/// It checks what [RFC 9449, section 4.3](https://www.rfc-editor.org/rfc/rfc9449#section-4.3) lists.
pub(crate) fn proven_key(issuer: &Issuer, headers: &HeaderMap) -> Result<Option<BoundKey>, OAuthError> {
    let mut lines = headers.get_all("dpop").iter();
    let Some(line) = lines.next() else {
        return Ok(None);
    };
    if lines.next().is_some() {
        return Err(invalid("the request has more than one `DPoP` header"));
    }
    let proof = line.to_str().ok().filter(|proof| proof.len() <= MAX_PROOF_BYTES);
    let proof = proof.ok_or_else(|| invalid("the `DPoP` header is not a JWT"))?;

    let (algorithm, key) = signed_by(proof)?;
    let claims = verified(proof, algorithm, &key)?;
    check(issuer, &claims)?;
    let jkt = key.thumbprint(ThumbprintHash::SHA256).map_err(|_| invalid("the `jwk` has no thumbprint"))?;
    // Proofs of different keys may have the same identifier.
    if !issuer.proofs.insert_new(format!("{jkt} {}", claims.jti), ()) {
        return Err(invalid("the proof was used before"));
    }
    Ok(Some(BoundKey { jkt }))
}

/// Reads the header, which is not trusted yet.
fn signed_by(proof: &str) -> Result<(Algorithm, Jwk), OAuthError> {
    let header = jsonwebtoken::decode_header(proof).map_err(|_| invalid("the `DPoP` header is not a JWT"))?;
    if header.typ.as_deref() != Some("dpop+jwt") {
        return Err(invalid("the `typ` of the proof is not `dpop+jwt`"));
    }
    if !ALGORITHMS.contains(&header.alg) {
        return Err(invalid("the proof is signed with an algorithm that this server does not list"));
    }
    if header.crit.is_some() {
        return Err(invalid("the proof has critical extensions"));
    }
    let members = raw_key(proof).unwrap_or_default();
    if PRIVATE.iter().any(|name| members.contains_key(*name)) {
        return Err(invalid("the `jwk` of the proof is not a public key"));
    }
    let key = header.jwk.ok_or_else(|| invalid("the proof has no `jwk`"))?;
    Ok((header.alg, key))
}

/// Returns the members of the key as sent, because parsing drops the members in [`PRIVATE`].
fn raw_key(proof: &str) -> Option<Map<String, Value>> {
    let (header, _) = proof.split_once('.')?;
    let header: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).ok()?).ok()?;
    header.get("jwk")?.as_object().cloned()
}

fn verified(proof: &str, algorithm: Algorithm, key: &Jwk) -> Result<Claims, OAuthError> {
    let mut validation = Validation::new(algorithm);
    // A proof has the time of issue, but no expiry.
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    let key = DecodingKey::from_jwk(key).map_err(|_| invalid("the `jwk` of the proof cannot be used"))?;
    let verified = jsonwebtoken::decode(proof, &key, &validation);
    verified.map(|proof| proof.claims).map_err(|_| {
        invalid(
            "the signature of the proof is wrong, or `htm`, `htu`, `iat` or `jti` is not what it should be",
        )
    })
}

fn check(issuer: &Issuer, claims: &Claims) -> Result<(), OAuthError> {
    if claims.htm != Method::POST.as_str() {
        return Err(invalid("the `htm` of the proof is not `POST`"));
    }
    if !is_token_endpoint(issuer, &claims.htu) {
        return Err(invalid("the `htu` of the proof is not the token endpoint"));
    }
    #[expect(clippy::cast_precision_loss, reason = "seconds since 1970 are few enough")]
    let distance = (claims.iat - now() as f64).abs();
    if distance > WINDOW.as_secs_f64() {
        return Err(invalid("the `iat` of the proof is not close to now"));
    }
    if claims.jti.is_empty() || claims.jti.len() > MAX_IDENTIFIER_BYTES {
        return Err(invalid("the `jti` of the proof is empty or too long"));
    }
    Ok(())
}

/// Compares a URL, without its query and fragment, with the token endpoint.
fn is_token_endpoint(issuer: &Issuer, htu: &str) -> bool {
    let Ok(mut url) = Url::parse(htu) else {
        return false;
    };
    url.set_query(None);
    url.set_fragment(None);
    url.as_str() == format!("{}{TOKEN_PATH}", issuer.url)
}

fn invalid(description: &'static str) -> OAuthError {
    OAuthError::new(Code::InvalidDpopProof, description)
}
