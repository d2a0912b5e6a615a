//! Distinguishes access tokens from other JSON Web Tokens that an issuer signs with the same keys.

use serde_json::{Map, Value};

use super::rules::text_of;
use crate::verify::jwt::Fault;

/// The kind of a token, according to the marks in its header and its claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The token is marked as an access token.
    Access,
    /// The token has no mark.
    Unmarked,
}

/// Returns the kind of a token. Rejects a token that is marked as something other than an access token. `is_at_jwt`
/// means that the header has the type `at+jwt` ([RFC 9068, section
/// 2.1](https://www.rfc-editor.org/rfc/rfc9068#section-2.1)).
///
/// A token that is marked both as an access token and as another kind of token is rejected. Some servers copy `nonce`
/// into access tokens. The function therefore ignores the typical claims of ID tokens if the token is marked as an
/// access token and as nothing else.
pub(super) fn of(claims: &Map<String, Value>, is_at_jwt: bool) -> Result<Kind, Fault> {
    let mut kind = if is_at_jwt { Kind::Access } else { Kind::Unmarked };
    for (claim, is_mark) in MARKS {
        let Some(value) = claims.get(claim) else { continue };
        match is_mark(value) {
            Mark::Nothing => {}
            Mark::Access => kind = Kind::Access,
            Mark::Another => {
                return Err(Fault::with(
                    &format!("it is not an access token: its claim `{claim}` is"),
                    text_of(value),
                ));
            }
        }
    }
    if kind == Kind::Unmarked
        && let Some(name) = OF_OPEN_ID.iter().find(|name| claims.contains_key(**name))
    {
        return Err(Fault::with("it is an ID token or a logout token, since it has the claim", name));
    }
    Ok(kind)
}

enum Mark {
    Access,
    Another,
    Nothing,
}

type IsMark = fn(&Value) -> Mark;

/// Claims that state the kind of a token. Keycloak writes `typ`. Cognito and django-allauth write `token_use`, which
/// always states the kind. By contrast, `token_type` can have a value that does not state the kind, such as `Bearer`.
const MARKS: [(&str, IsMark); 3] = [
    ("typ", |value| match lower(value).as_str() {
        "bearer" | "dpop" => Mark::Access,
        "id" | "refresh" | "offline" | "logout" | "serialized-id" => Mark::Another,
        _ => Mark::Nothing,
    }),
    ("token_use", |value| if lower(value) == "access" { Mark::Access } else { Mark::Another }),
    ("token_type", |value| match lower(value).as_str() {
        "id" | "id_token" | "refresh" | "refresh_token" | "logout" | "logout_token" => Mark::Another,
        _ => Mark::Nothing,
    }),
];

fn lower(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_ascii_lowercase()
}

/// Claims of ID tokens and logout tokens. These tokens are for the client and not for an API. The claims are defined in
/// [OpenID Connect Core, sections 2 and 3.1.3.6], and in [Back-Channel Logout, section 2.4].
///
/// [OpenID Connect Core, sections 2 and 3.1.3.6]: https://openid.net/specs/openid-connect-core-1_0.html#IDToken
/// [Back-Channel Logout, section 2.4]: https://openid.net/specs/openid-connect-backchannel-1_0.html#LogoutToken
const OF_OPEN_ID: [&str; 4] = ["nonce", "at_hash", "c_hash", "events"];

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(claims: &Value, is_at_jwt: bool, expected: Option<Kind>) {
        let found = of(claims.as_object().expect("an object"), is_at_jwt).ok();
        assert_eq!(found, expected, "{claims}, at+jwt: {is_at_jwt}");
    }

    #[test]
    fn marks_decide_and_then_looks() {
        let (access, unmarked) = (Some(Kind::Access), Some(Kind::Unmarked));
        check(&json!({}), false, unmarked);
        check(&json!({}), true, access);
        check(&json!({ "typ": "Bearer", "nonce": "n" }), false, access);
        check(&json!({ "typ": "DPoP" }), false, access);
        check(&json!({ "token_use": "access", "at_hash": "h" }), false, access);
        check(&json!({ "nonce": "n" }), true, access);
        check(&json!({ "typ": "JWT" }), false, unmarked);
        check(&json!({ "token_type": "Bearer" }), false, unmarked);
        for name in OF_OPEN_ID {
            check(&json!({ name: null }), false, None);
        }
        for typ in ["ID", "Refresh", "Offline", "Logout", "id"] {
            check(&json!({ "typ": typ }), false, None);
            check(&json!({ "typ": typ, "token_use": "access" }), true, None);
        }
        for token_use in [json!("id"), json!("refresh"), json!(""), json!(null), json!(["access"])] {
            check(&json!({ "token_use": token_use, "typ": "Bearer" }), true, None);
        }
        check(&json!({ "token_type": "refresh" }), false, None);
    }
}
