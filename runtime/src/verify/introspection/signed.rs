//! Signed answers ([RFC 9701, section 5](https://www.rfc-editor.org/rfc/rfc9701#section-5)).

use serde_json::{Map, Value};

use super::{
    super::jwt::shared::{KeySource, Unread, Verdict, ask},
    outcome::Failure,
};
use crate::VerifyError;

/// The content type of a signed answer. The `typ` of a signed answer can have the same value.
pub(super) const TYPE: &str = "application/token-introspection+jwt";

/// The accepted values of `typ`. Most servers omit `application/`.
const TYPES: [&str; 2] = ["token-introspection+jwt", TYPE];

/// The `iat` of a signed answer may differ from the current time by at most this number of seconds. Each answer is made
/// for one request, so it must be recent.
const FRESH: f64 = 300.0;

/// Verifies that a signed answer is recent, comes from `issuer`, and is for `client_id`. Returns its member
/// `token_introspection`.
pub(super) async fn verify(
    answer: &str,
    issuer: &str,
    keys: &KeySource,
    client_id: &str,
    now: f64,
) -> Result<Map<String, Value>, Failure> {
    let useless = |reason: &dyn std::fmt::Display| {
        Failure::Useless(format!("its signed answer cannot be used: {reason}"))
    };
    let token = Unread::split(answer).and_then(|token| token.read_as(&TYPES, true));
    let token = token.map_err(|fault| useless(&fault))?;
    // If the issuer's keys cannot be loaded, the answer cannot be verified. This counts as no answer.
    let (_, verdict) = ask(keys, &token, |_| false)
        .await
        .map_err(|refusal| Failure::silent(VerifyError::from(refusal).to_string()))?;
    if !matches!(verdict, Verdict::Genuine(_)) {
        return Err(useless(&"none of the keys of the issuer made its signature"));
    }
    let claims = token.into_claims().map_err(|fault| useless(&fault))?;
    judge(claims, issuer, client_id, now).map_err(|reason| useless(&reason))
}

fn judge(
    mut claims: Map<String, Value>,
    issuer: &str,
    client_id: &str,
    now: f64,
) -> Result<Map<String, Value>, &'static str> {
    if claims.get("iss").and_then(Value::as_str) != Some(issuer) {
        return Err("its `iss` is not the issuer");
    }
    let is_for_us = match claims.get("aud") {
        Some(Value::String(name)) => name == client_id,
        Some(Value::Array(names)) => names.iter().any(|name| name.as_str() == Some(client_id)),
        _ => false,
    };
    if !is_for_us {
        return Err("its `aud` is not the client id of this program");
    }
    let made = claims.get("iat").and_then(Value::as_f64).ok_or("it has no `iat`")?;
    if !(now - FRESH..=now + FRESH).contains(&made) {
        return Err("its `iat` is too far from now");
    }
    match claims.remove("token_introspection") {
        Some(Value::Object(answer)) => Ok(answer),
        _ => Err("it has no object `token_introspection`"),
    }
}
