//! What a request says about its connection: what the gate does not read could pass there, beside the one message.
//!
//! An upgrade is ignored, as HTTP allows ([RFC 9110, section 7.8](https://www.rfc-editor.org/rfc/rfc9110#section-7.8)),
//! and not refused: Java's HTTP client offers `h2c` with every first request that is not over TLS.

use http::{
    HeaderName, Method,
    header::{CONNECTION, EXPECT},
    request::Parts,
};
use hyper::upgrade::OnUpgrade;

use super::protocol_error::ProtocolError;

/// Tells whether a header is about the connection alone. `Transfer-Encoding` is judged with the body.
fn is_of_connection(name: &HeaderName) -> bool {
    matches!(
        name.as_str(),
        "connection"
            | "upgrade"
            | "http2-settings"
            | "keep-alive"
            | "proxy-connection"
            | "te"
            | "trailer"
            | "expect"
    )
}

/// What `Connection` may say. Any other header that it named would have to go, and could be one that counts.
const NAMED: [&str; 8] =
    ["close", "keep-alive", "upgrade", "http2-settings", "te", "trailer", "transfer-encoding", ""];

/// Leaves a request one message: no tunnel, no promise of more, nothing for the next hop to act on.
///
/// A method that MCP does not have is refused, and with it `CONNECT`, whether of HTTP/1.1 or extended.
pub(super) fn detach(parts: &mut Parts) -> Result<(), ProtocolError> {
    if !has_message(&parts.method) && !has_no_message(&parts.method) {
        return Err(ProtocolError::unknown_http_method());
    }
    parts.extensions.remove::<OnUpgrade>();
    // Nearly no request has any of them, and to look once is cheaper than to ask for each.
    if !parts.headers.keys().any(is_of_connection) {
        return Ok(());
    }
    let options = parts.headers.get_all(CONNECTION).iter();
    if !options.map(|value| value.to_str()).all(|options| options.is_ok_and(is_known)) {
        return Err(ProtocolError::foreign_connection());
    }
    // The body is read here, whatever a client waits for.
    let mut expected = parts.headers.get_all(EXPECT).iter();
    if !expected.all(|value| value.as_bytes().eq_ignore_ascii_case(b"100-continue")) {
        return Err(ProtocolError::expectation());
    }
    while let Some(name) = parts.headers.keys().find(|name| is_of_connection(name)).cloned() {
        parts.headers.remove(name);
    }
    Ok(())
}

fn is_known(options: &str) -> bool {
    let is_known = |option: &str| NAMED.iter().any(|known| known.eq_ignore_ascii_case(option));
    options.split(',').map(str::trim_ascii).all(is_known)
}

/// The method of every message.
fn has_message(method: &Method) -> bool {
    *method == Method::POST
}

/// Tells whether a method asks for a stream of messages from the server.
pub(super) fn opens_a_stream(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
}

/// Methods with which MCP opens and closes streams and sessions.
pub(super) fn has_no_message(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::DELETE | Method::OPTIONS)
}
