//! The headers that repeat parts of the body ([SEP-2243]), for proxies that do not read bodies. The gate uses the body
//! for its decision, so these headers cannot grant access.
//!
//! [SEP-2243]: https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http

use std::borrow::Cow;

use base64::{Engine, prelude::BASE64_STANDARD};
use http::{HeaderMap, HeaderName, HeaderValue};

use super::message::{Message, Messages};

/// Why headers and body do not match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mismatch {
    /// A header is missing, invalid or wrong. The answer has the code -32020 (`HeaderMismatch`).
    Header(&'static str),
    /// The body is a batch, but the request's version of the protocol has no batches.
    Batch,
}

static PROTOCOL_VERSION: HeaderName = HeaderName::from_static("mcp-protocol-version");

/// The first version of the protocol that has `Mcp-Method` and `Mcp-Name`. Versions are dates, so they can be compared
/// as strings.
const FIRST_WITH_HEADERS: &str = "2026-07-28";

/// The last version of the protocol that has batches.
const LAST_WITH_BATCHES: &str = "2025-03-26";

/// Methods that act on a target, and that the protocol removed in version 2026-07-28.
const REMOVED: [&str; 2] = ["resources/subscribe", "resources/unsubscribe"];

/// Tells whether the message's method no longer exists in the request's version of the protocol.
pub(super) fn version_lacks(headers: &HeaderMap, message: &Message<'_>) -> bool {
    let method = message.method.as_deref().unwrap_or_default();
    !version_has_sessions(headers) && REMOVED.contains(&method)
}

/// Tells whether the request's version of the protocol has sessions. In a version with sessions, an unknown method does
/// not get a 404, because a client that gets a 404 ends its session.
pub(super) fn version_has_sessions(headers: &HeaderMap) -> bool {
    let version = one(headers, &PROTOCOL_VERSION).ok().flatten();
    version.is_none_or(|version| version < FIRST_WITH_HEADERS)
}

/// Checks the headers against the body. The protocol's version determines which headers are required. In every version,
/// a header that is present must match the body, since a proxy could trust the header without looking at the version.
pub(super) fn check(headers: &HeaderMap, messages: &Messages<'_>) -> Result<(), Mismatch> {
    let [version, method, name] = each(headers)?;
    let version = version.unwrap_or(LAST_WITH_BATCHES);
    if messages.single().is_none() && version > LAST_WITH_BATCHES {
        return Err(Mismatch::Batch);
    }
    let has_headers = version >= FIRST_WITH_HEADERS;
    for message in messages.iter() {
        check_method(method, has_headers, message)?;
        check_name(name, has_headers, message)?;
    }
    Ok(())
}

fn check_method(header: Option<&str>, has_headers: bool, message: &Message<'_>) -> Result<(), Mismatch> {
    // An answer has no method, so it needs no header.
    let needed = has_headers && message.method.as_deref().is_some_and(|method| !is_exempt(method));
    match header {
        None if needed => Err(Mismatch::Header("the Mcp-Method header is missing")),
        Some(method) if message.method.as_deref() != Some(method) => {
            Err(Mismatch::Header("the Mcp-Method header does not match the method of the body"))
        }
        _ => Ok(()),
    }
}

/// Returns `true` for a method that needs no headers. The protocol does not define headers for notifications.
/// `initialize` needs no headers either, because the client does not know the version yet.
fn is_exempt(method: &str) -> bool {
    method == "initialize" || method.starts_with("notifications/")
}

fn check_name(header: Option<&str>, has_headers: bool, message: &Message<'_>) -> Result<(), Mismatch> {
    let method = message.method.as_deref();
    let needed = has_headers && matches!(method, Some("tools/call" | "prompts/get" | "resources/read"));
    let Some(name) = header else {
        let missing = Mismatch::Header("the Mcp-Name header is missing");
        return if needed { Err(missing) } else { Ok(()) };
    };
    // An extension can define targets that the gate does not know. The gate then finds no name in the body, so nothing
    // contradicts the header.
    let Some(expected) = message.subject.name() else { return Ok(()) };
    match decode(name) {
        None => Err(Mismatch::Header("the Mcp-Name header is not valid Base64")),
        Some(name) if name != expected => {
            Err(Mismatch::Header("the Mcp-Name header does not match the name in the body"))
        }
        Some(_) => Ok(()),
    }
}

/// Decodes the value of a header. Text that is not plain ASCII is sent in Base64.
fn decode(value: &str) -> Option<Cow<'_, str>> {
    let encoded = value.strip_prefix("=?base64?").and_then(|value| value.strip_suffix("?="));
    let Some(encoded) = encoded else { return Some(value.into()) };
    String::from_utf8(BASE64_STANDARD.decode(encoded).ok()?).ok().map(Cow::Owned)
}

/// Returns the values of `Mcp-Protocol-Version`, `Mcp-Method` and `Mcp-Name`. A header that occurs twice is an error.
/// One pass over all headers is cheaper than three lookups.
fn each(headers: &HeaderMap) -> Result<[Option<&str>; 3], Mismatch> {
    let (mut version, mut method, mut name) = (None, None, None);
    for (header, value) in headers {
        let found = match header.as_str() {
            "mcp-protocol-version" => &mut version,
            "mcp-method" => &mut method,
            "mcp-name" => &mut name,
            _ => continue,
        };
        if found.replace(text(value)?).is_some() {
            return Err(Mismatch::Header(TWICE));
        }
    }
    Ok([version, method, name])
}

const TWICE: &str = "an MCP header is repeated";

fn text(value: &HeaderValue) -> Result<&str, Mismatch> {
    let text =
        value.to_str().map_err(|_| Mismatch::Header("an MCP header contains characters beyond ASCII"))?;
    Ok(text.trim_ascii())
}

/// Returns the value of a header. A repeated header is an error, because programs disagree about which value applies.
fn one<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, Mismatch> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => text(value).map(Some),
        (Some(_), Some(_)) => Err(Mismatch::Header(TWICE)),
    }
}
