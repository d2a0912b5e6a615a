//! Whether a body is the text that its bytes are: a server that decodes it would read another than the gate.

use http::{
    HeaderMap,
    header::{CONTENT_ENCODING, CONTENT_TYPE},
};

/// Tells whether the headers of a body leave it as it is: JSON in UTF-8, and not compressed.
pub(super) fn is_plain(headers: &HeaderMap) -> bool {
    headers.get_all(CONTENT_TYPE).iter().all(|value| value.to_str().is_ok_and(is_json_in_utf8))
        && headers
            .get_all(CONTENT_ENCODING)
            .iter()
            .all(|value| value.as_bytes().eq_ignore_ascii_case(b"identity"))
}

fn is_json_in_utf8(content_type: &str) -> bool {
    let mut parts = content_type.split(';').map(str::trim_ascii);
    let is_json = parts.next().is_some_and(|kind| kind.eq_ignore_ascii_case("application/json"));
    is_json
        && parts.all(|parameter| match parameter.split_once('=') {
            Some((name, value)) if name.trim_ascii().eq_ignore_ascii_case("charset") => {
                value.trim_ascii().trim_matches('"').eq_ignore_ascii_case("utf-8")
            }
            _ => true,
        })
}
