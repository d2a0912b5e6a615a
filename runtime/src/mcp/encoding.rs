//! Checks the headers that describe the body of a client's request, and rewrites these headers for the service.
//!
//! If a server decodes a body, for example by decompressing it, the server does not read the same text as the gate.
//! Servers decode by different rules, so the gate refuses a request if a header that describes the body is not on a
//! fixed list. If the client's `Content-Type` or `Content-Length` differs from what the gate would write, the gate
//! replaces the header.

use http::{
    HeaderMap, HeaderValue,
    header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, TRANSFER_ENCODING},
};

const JSON: &str = "application/json";

/// Records which headers of an accepted request already have the value that the gate would write. The gate leaves these
/// headers unchanged.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plain {
    is_json: bool,
    is_encoded: bool,
    /// The `Content-Length`, or `None` if the header is missing, repeated, or not written as the gate would write it.
    length: Option<usize>,
}

/// Checks that the headers describe uncompressed JSON in UTF-8, so that a server reads the same text as the gate.
///
/// A body without a `Content-Type` is rejected, since a server would guess the type. A repeated `Content-Type`,
/// `Content-Encoding` or `Transfer-Encoding` is rejected, since servers disagree about which value applies. The gate
/// calls this function for nearly every request, so the function iterates over the headers only once.
pub(super) fn plain(headers: &HeaderMap) -> Option<Plain> {
    let (mut kind, mut encoding, mut transfer) = (None, None, None);
    let mut lengths = [None, None];
    for (name, value) in headers {
        let name = name.as_str();
        if !describes_a_body(name) {
            continue;
        }
        let place = match name {
            "content-type" => &mut kind,
            "content-encoding" => &mut encoding,
            "transfer-encoding" => &mut transfer,
            "content-length" => {
                lengths = [Some(value), lengths[0]];
                continue;
            }
            // These headers do not affect how a body is read.
            "content-language" | "content-digest" | "content-md5" => continue,
            _ => return None,
        };
        if place.replace(value).is_some() {
            return None;
        }
    }
    let kind = kind?;
    let is_allowed =
        is_json_in_utf8(kind) && is_nothing_but(encoding, "identity") && is_nothing_but(transfer, "chunked");
    is_allowed.then(|| Plain {
        is_json: kind == JSON,
        is_encoded: encoding.is_some() || transfer.is_some(),
        length: if let [Some(value), None] = lengths { read_length(value) } else { None },
    })
}

/// Writes the headers for a body of `length` bytes. Headers that are already correct stay unchanged, because an
/// insertion can make the header map allocate memory.
pub(super) fn describe(headers: &mut HeaderMap, said: Plain, length: usize) {
    if !said.is_json {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(JSON));
    }
    if said.is_encoded {
        headers.remove(CONTENT_ENCODING);
        headers.remove(TRANSFER_ENCODING);
    }
    if said.length != Some(length) {
        headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    }
}

/// Removes the headers that describe the body, because the service will not receive this body.
pub(super) fn describe_none(headers: &mut HeaderMap) {
    for name in [CONTENT_TYPE, CONTENT_ENCODING, CONTENT_LENGTH, TRANSFER_ENCODING] {
        headers.remove(name);
    }
}

/// Tells whether a header describes a body. The names of these headers begin with `content-` or `transfer-`. CGI and
/// similar interfaces treat `_` like `-`, so this function does the same.
fn describes_a_body(name: &str) -> bool {
    ["content", "transfer"]
        .iter()
        .any(|word| name.strip_prefix(word).is_some_and(|rest| rest.starts_with(['-', '_'])))
}

fn is_json_in_utf8(content_type: &HeaderValue) -> bool {
    let Ok(text) = content_type.to_str() else { return false };
    let (kind, parameter) = match text.split_once(';') {
        Some((kind, parameter)) => (kind, Some(parameter)),
        None => (text, None),
    };
    kind.trim_ascii().eq_ignore_ascii_case(JSON) && parameter.is_none_or(is_utf_8)
}

fn is_utf_8(parameter: &str) -> bool {
    let Some((name, value)) = parameter.trim_ascii().split_once('=') else { return false };
    let quoted = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
    name.eq_ignore_ascii_case("charset") && quoted.unwrap_or(value).eq_ignore_ascii_case("utf-8")
}

fn is_nothing_but(value: Option<&HeaderValue>, allowed: &str) -> bool {
    value.is_none_or(|value| value.as_bytes().eq_ignore_ascii_case(allowed.as_bytes()))
}

/// Parses a `Content-Length`. Returns `None` for a number that the gate would write differently, such as `007`.
fn read_length(value: &HeaderValue) -> Option<usize> {
    let digits = value.as_bytes();
    let is_plain = digits.iter().all(u8::is_ascii_digit) && (digits.len() == 1 || !digits.starts_with(b"0"));
    if is_plain { value.to_str().ok()?.parse().ok() } else { None }
}
