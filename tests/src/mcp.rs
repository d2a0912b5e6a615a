//! Messages to an MCP server, a reader as lenient as some servers, and the challenges of the gate for `https://example.com/mcp`.

use axum::{Router, body::Body};
use serde_json::{Value, json};

use crate::exchange::{Answer, send_body};

/// The message that opens a session.
pub const INITIALIZE: &str = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}"#;

/// Sends a message to `/mcp` as [`post_to`] does.
///
/// # Panics
///
/// If a header line is malformed.
pub async fn post(app: &Router, token: &str, headers: &[&str], body: impl Into<Body>) -> Answer {
    post_to(app, "/mcp", token, headers, body).await
}

/// Sends a message as clients do, with header lines `name: value`, and with the token if it is not empty. The host is
/// `example.com` unless a header names another.
///
/// # Panics
///
/// If a header line is malformed.
pub async fn post_to(
    app: &Router,
    path: &str,
    token: &str,
    headers: &[&str],
    body: impl Into<Body>,
) -> Answer {
    let authorization = format!("authorization: Bearer {token}");
    let mut lines = vec!["content-type: application/json", "accept: application/json, text/event-stream"];
    if !token.is_empty() {
        lines.push(&authorization);
    }
    if !headers.iter().any(|line| line.starts_with("host: ")) {
        lines.push("host: example.com");
    }
    lines.extend(headers);
    send_body(app, &format!("POST {path}"), &lines, body.into()).await
}

/// Returns a request with the id 1.
#[must_use]
pub fn request(method: &str, params: &Value) -> String {
    json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }).to_string()
}

/// Returns the challenge for a token that lacks some of these scopes.
#[must_use]
pub fn insufficient(scopes: &str) -> String {
    format!(
        "Bearer error=\"insufficient_scope\", scope=\"{scopes}\", \
         resource_metadata=\"https://example.com/.well-known/oauth-protected-resource/mcp\", \
         error_description=\"The access token lacks a scope that this request needs\""
    )
}

/// Finds members as a parser does if it ignores the case of names. If several match, such a parser may use any of them.
#[must_use]
pub fn members<'v>(object: &'v Value, name: &str) -> Vec<&'v Value> {
    let all = object.as_object().into_iter().flatten();
    all.filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value).collect()
}
