//! Google's endpoint for information about tokens. The endpoint does not follow RFC 7662.

use form_urlencoded::Serializer;
use http::StatusCode;
use serde_json::{Map, Value};

use super::{
    super::jwt::shared::Reply,
    dialect::{Reading, object, unexpected},
};

pub(super) const ENDPOINT: &str = "https://oauth2.googleapis.com/tokeninfo";

/// The prefix of Google's access tokens.
pub(super) const PREFIX: &str = "ya29.";

/// Writes the request. The token is in the body, because URLs often appear in logs.
pub(super) fn fill(form: &mut Serializer<'_, String>, token: &str) {
    form.append_pair("access_token", token);
}

/// Parses the answer, in which numbers are written as strings.
pub(super) fn read(reply: &Reply) -> Result<Reading, String> {
    match reply.status {
        StatusCode::OK => active(object(reply)?).map(Reading::Active),
        // Any other answer with 400 is about the request itself or comes from a proxy. It says nothing about the token.
        StatusCode::BAD_REQUEST if is_invalid_token(&object(reply)?) => Ok(Reading::Inactive),
        status => Err(unexpected(status)),
    }
}

fn is_invalid_token(answer: &Map<String, Value>) -> bool {
    let text = |name| answer.get(name).and_then(Value::as_str);
    text("error") == Some("invalid_token") || text("error_description") == Some("Invalid Value")
}

fn active(mut members: Map<String, Value>) -> Result<Map<String, Value>, String> {
    let number = match members.get("exp") {
        Some(Value::String(text)) => text.parse::<u64>().ok(),
        Some(number) => number.as_u64(),
        None => None,
    };
    let expires = number.ok_or("the answer has no `exp` that is a number")?;
    if !members.contains_key("aud") {
        return Err("the answer has no `aud`".to_owned());
    }
    members.insert("exp".to_owned(), expires.into());
    members.insert("active".to_owned(), true.into());
    Ok(members)
}
