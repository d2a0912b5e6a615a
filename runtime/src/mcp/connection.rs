//! Removes the headers that describe a request's connection. With these headers, a client could send data that the gate
//! does not read.
//!
//! If a client offers an upgrade, the gate ignores the offer, as HTTP allows ([RFC 9110, section
//! 7.8](https://www.rfc-editor.org/rfc/rfc9110#section-7.8)). A request that offers an upgrade is not rejected, because
//! some clients, such as Java's HTTP client, offer `h2c` in requests without TLS.

use http::{
    HeaderName, Method,
    header::{CONNECTION, EXPECT},
    request::Parts,
};
use hyper::upgrade::OnUpgrade;

use super::protocol_error::ProtocolError;

/// Tells whether a header describes only the connection. `Transfer-Encoding` is not one of these headers, because it is
/// checked together with the body.
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

/// The names that the header `Connection` may contain. By HTTP's rules, every header that `Connection` names must be
/// removed. If the gate allowed every name, this rule would let a client remove a header that a middleware has added.
const NAMED: [&str; 8] =
    ["close", "keep-alive", "upgrade", "http2-settings", "te", "trailer", "transfer-encoding", ""];

/// Removes hyper's `OnUpgrade` handle from a request, and also the headers about the connection, such as `Expect`. The
/// service then gets a single message, and cannot use the connection.
///
/// A request with an HTTP method that MCP does not use is rejected. Examples are the `CONNECT` of HTTP/1.1 and the
/// extended `CONNECT` of HTTP/2.
pub(super) fn detach(parts: &mut Parts) -> Result<(), ProtocolError> {
    if !has_message(&parts.method) && !has_no_message(&parts.method) {
        return Err(ProtocolError::unknown_http_method());
    }
    parts.extensions.remove::<OnUpgrade>();
    // Few requests have any of these headers, and one search for all of them is cheaper than a search for each.
    if !parts.headers.keys().any(is_of_connection) {
        return Ok(());
    }
    let options = parts.headers.get_all(CONNECTION).iter();
    if !options.map(|value| value.to_str()).all(|options| options.is_ok_and(is_known)) {
        return Err(ProtocolError::foreign_connection());
    }
    // The layer reads the body before it calls the service, so the service does not need `Expect: 100-continue`.
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

/// Tells whether a request with this method carries a message.
fn has_message(method: &Method) -> bool {
    *method == Method::POST
}

/// Tells whether a method requests a stream of messages from the server.
pub(super) fn opens_a_stream(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
}

/// Tells whether a request with this method carries no message. To open streams and to end sessions, MCP clients send
/// requests without a message.
pub(super) fn has_no_message(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::DELETE | Method::OPTIONS)
}
