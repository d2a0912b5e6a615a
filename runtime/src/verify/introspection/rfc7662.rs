//! Standard token introspection ([RFC 7662](https://www.rfc-editor.org/rfc/rfc7662)).

use form_urlencoded::Serializer;
use http::StatusCode;
use serde_json::{Map, Value};

use super::{
    super::jwt::shared::Reply,
    dialect::{Reading, is_of_type, object, unexpected},
    signed,
};

/// The value of the header `Accept`, which asks for a plain answer rather than a signed one.
pub(super) const ACCEPT: &str = "application/json, application/token-introspection+jwt;q=0.1";

/// Writes the request ([section 2.1](https://www.rfc-editor.org/rfc/rfc7662#section-2.1)).
pub(super) fn fill(form: &mut Serializer<'_, String>, token: &str) {
    form.append_pair("token", token).append_pair("token_type_hint", "access_token");
}

/// Parses the answer ([section 2.2](https://www.rfc-editor.org/rfc/rfc7662#section-2.2)).
pub(super) fn read(reply: &Reply) -> Result<Reading, String> {
    if reply.status != StatusCode::OK {
        return Err(unexpected(reply.status));
    }
    if is_of_type(reply, signed::TYPE) {
        let text = std::str::from_utf8(&reply.body).map_err(|_| "the signed answer is not text")?;
        return Ok(Reading::Signed(text.trim().to_owned()));
    }
    of_members(object(reply)?)
}

/// Parses the members of a plain answer or of a signed answer. `active` must be a boolean, because the meaning of other
/// values, such as the string `"false"`, is not defined.
pub(super) fn of_members(mut members: Map<String, Value>) -> Result<Reading, String> {
    members.retain(|_, value| !value.is_null());
    match members.get("active") {
        Some(Value::Bool(true)) => {}
        Some(Value::Bool(false)) => return Ok(Reading::Inactive),
        Some(_) => return Err("`active` is neither `true` nor `false`".to_owned()),
        None => return Err("the answer has no `active`".to_owned()),
    }
    for name in ["exp", "nbf", "iat"] {
        if members.get(name).is_some_and(|time| !time.is_number()) {
            return Err(format!("`{name}` is not a number"));
        }
    }
    Ok(Reading::Active(members))
}
