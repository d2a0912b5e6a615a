//! Distinguishes access tokens from other active tokens. Some servers report refresh tokens and ID tokens as active,
//! too.

use serde_json::{Map, Value};

use crate::verify::jwt::Fault;

/// The values of `token_type` for access tokens ([RFC 7662, section 2.2]). Some servers write `access_token`, which is
/// also a value of the request's parameter `token_type_hint`. Other values, such as `refresh_token` and `N_A`, say
/// that the token has another purpose.
///
/// [RFC 7662, section 2.2]: https://www.rfc-editor.org/rfc/rfc7662#section-2.2
const TOKEN_TYPES: [&str; 4] = ["Bearer", "DPoP", "access_token", "at+jwt"];

/// The values of `token_use` (Cognito, Hydra) and of `typ` (Keycloak) for access tokens.
const TOKEN_USES: [&str; 2] = ["access", "access_token"];
const TYPES: [&str; 4] = ["Bearer", "DPoP", "at+jwt", "JWT"];

/// Tells whether the answer states the kind of the token. If the answer states the kind, and [`check`] accepts the
/// answer, the token is an access token.
pub(super) fn is_said(claims: &Map<String, Value>) -> bool {
    ["token_type", "token_use", "typ"].iter().any(|name| claims.contains_key(*name))
}

/// Rejects a token if the answer says that the token is not an access token. Also rejects a token of the type `DPoP` if
/// the answer has no `cnf`.
pub(super) fn check(claims: &Map<String, Value>) -> Result<(), Fault> {
    for (name, accepted) in [("token_type", &TOKEN_TYPES[..]), ("token_use", &TOKEN_USES), ("typ", &TYPES)] {
        let Some(found) = claims.get(name) else { continue };
        let is_accepted = |found: &str| accepted.iter().any(|accepted| accepted.eq_ignore_ascii_case(found));
        if !found.as_str().is_some_and(is_accepted) {
            return Err(Fault::unexpected(name, found, accepted.iter()));
        }
    }
    let is_bound = claims
        .get("token_type")
        .and_then(Value::as_str)
        .is_some_and(|kind| kind.eq_ignore_ascii_case("DPoP"));
    if is_bound && !claims.contains_key("cnf") {
        return Err(Fault::Plain("it is bound to a key, but the answer does not name the key (`cnf`)"));
    }
    Ok(())
}
