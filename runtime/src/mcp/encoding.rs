//! Decides which headers may describe a body, and which headers the service gets instead.
//!
//! A server that decodes a body reads another text than the gate. Servers have different rules for that, so this is an
//! allow list, and none of the client's headers about the body reaches the service.

use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LENGTH, CONTENT_TYPE, TRANSFER_ENCODING},
};

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Tells whether the headers leave the body unchanged: JSON in UTF-8 without compression.
///
/// A body without a type is rejected, too, since a server would guess the type.
pub(super) fn is_plain(headers: &HeaderMap) -> bool {
    headers.keys().all(|name| !describes_a_body(name.as_str()) || is_known(name))
        && only(headers, &CONTENT_TYPE).is_ok_and(|kind| kind.is_some_and(is_json_in_utf8))
        && is_absent_or(headers, &CONTENT_ENCODING, "identity")
        && is_absent_or(headers, &TRANSFER_ENCODING, "chunked")
}

/// Writes the headers for a body of `length` bytes, unless they are already correct.
pub(super) fn describe(headers: &mut HeaderMap, length: usize) {
    headers.insert(CONTENT_TYPE, JSON);
    headers.remove(CONTENT_ENCODING);
    headers.remove(TRANSFER_ENCODING);
    if !says(headers, length) {
        headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    }
}

/// Removes the body headers of a request whose body the service does not get.
pub(super) fn describe_none(headers: &mut HeaderMap) {
    for name in [CONTENT_TYPE, CONTENT_ENCODING, CONTENT_LENGTH, TRANSFER_ENCODING] {
        headers.remove(name);
    }
}

/// Tells whether a header could change how some server reads a body. CGI and similar interfaces treat `_` like `-`.
fn describes_a_body(name: &str) -> bool {
    ["content", "transfer"]
        .iter()
        .any(|word| name.strip_prefix(word).is_some_and(|rest| rest.starts_with(['-', '_'])))
}

/// Tells whether a header is checked elsewhere, or does not affect how a body is read.
fn is_known(name: &HeaderName) -> bool {
    [CONTENT_TYPE, CONTENT_LENGTH, CONTENT_ENCODING, TRANSFER_ENCODING, CONTENT_LANGUAGE].contains(name)
        || matches!(name.as_str(), "content-digest" | "content-md5")
}

fn is_json_in_utf8(content_type: &HeaderValue) -> bool {
    let Ok(text) = content_type.to_str() else { return false };
    let (kind, parameter) = match text.split_once(';') {
        Some((kind, parameter)) => (kind, Some(parameter)),
        None => (text, None),
    };
    kind.trim_ascii().eq_ignore_ascii_case("application/json") && parameter.is_none_or(is_utf_8)
}

fn is_utf_8(parameter: &str) -> bool {
    let Some((name, value)) = parameter.trim_ascii().split_once('=') else { return false };
    let quoted = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
    name.eq_ignore_ascii_case("charset") && quoted.unwrap_or(value).eq_ignore_ascii_case("utf-8")
}

fn is_absent_or(headers: &HeaderMap, name: &HeaderName, allowed: &str) -> bool {
    let is_allowed = |value: &HeaderValue| value.as_bytes().eq_ignore_ascii_case(allowed.as_bytes());
    only(headers, name).is_ok_and(|value| value.is_none_or(is_allowed))
}

/// Tells whether the length header occurs once, written as the gate would write it.
fn says(headers: &HeaderMap, length: usize) -> bool {
    let Ok(Some(value)) = only(headers, &CONTENT_LENGTH) else { return false };
    let digits = value.as_bytes();
    let is_plain = digits.iter().all(u8::is_ascii_digit) && (digits.len() == 1 || !digits.starts_with(b"0"));
    is_plain && value.to_str().is_ok_and(|digits| digits.parse() == Ok(length))
}

/// There are several fields with a name that may occur only once. Servers differ about which one applies.
struct Several;

fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a HeaderValue>, Several> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (value, None) => Ok(value),
        (_, Some(_)) => Err(Several),
    }
}
