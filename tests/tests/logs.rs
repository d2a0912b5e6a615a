//! The gate logs refusals and faults of the program. It never logs tokens.

mod gating;

use std::collections::BTreeSet;

use axum::routing::any;
use gating::IntoGate;
use scopegate::{
    Access, Gate, GrantedScopes, Rejection, Requirement, Router, StaticKeys, Token,
    mcp::{McpTable, Operation},
    mcp_table, public, requires_scope,
    routing::get,
    scope_table,
    testing::TestVerifier,
};
use scopegate_tests::{
    exchange::{send, send_body},
    log,
    mcp::{post, request},
};
use serde_json::json;
use tracing::Level;

#[requires_scope("files:read")]
async fn read() {}

async fn log_of(app: &axum::Router, token: &str) -> String {
    log_while(async { _ = send(app, "GET /", &[&format!("authorization: Bearer {token}")]).await }).await
}

/// Returns the log without decisions, which `observed` tests.
async fn log_while(sending: impl Future<Output = ()>) -> String {
    log::hear_everything();
    let ((), text) = log::log_while(Level::TRACE, sending).await;
    assert!(!text.contains("secret"), "{text}");
    let others: String =
        text.split_inclusive('\n').filter(|line| !line.contains(" scopegate::decision: ")).collect();
    log::without_tokens(&others)
}

#[tokio::test]
async fn a_refused_token_and_its_decision_have_the_same_hash() {
    let app =
        Router::new().route("/", get(read)).protect(TestVerifier::new().gate("https://h.example").unwrap());
    let app = app.unwrap();
    let mut seen = BTreeSet::new();
    for token in ["secret-one", "secret-two"] {
        let authorization = format!("authorization: Bearer {token}");
        let (_, text) = log::log_while(Level::TRACE, send(&app, "GET /", &[&authorization])).await;
        let hashes: Vec<_> = log::tokens_in(&text).map(str::to_owned).collect();
        assert!(matches!(&hashes[..], [refused, decided] if refused == decided), "{text}");
        seen.extend(hashes);
    }
    assert_eq!(seen.len(), 2);
}

/// An observer of the gate is not needed for the hash.
#[tokio::test]
async fn a_demand_of_the_handler_names_the_token() {
    #[requires_scope("files:read", also("files:share"))]
    async fn share(access: Access) -> Result<(), Rejection> {
        access.require("files:share")
    }

    let gate = TestVerifier::new().token("secret", "files:read").gate("https://h.example").unwrap();
    let of_router = Router::new().route("/", get(share)).protect(gate.clone()).unwrap();
    let plain = axum::Router::new().route("/", axum::routing::get(share));
    for app in [of_router, plain.layer(gate.layer(scope_table![share]).unwrap())] {
        let (answer, text) =
            log::log_while(Level::INFO, send(&app, "GET /", &["authorization: Bearer secret"])).await;
        assert_eq!(answer.status, 403);
        let refused = text.lines().filter(|line| line.contains("outcome=\"refused\""));
        assert_eq!((refused.count(), log::tokens_in(&text).count()), (1, 1), "{text}");
    }
}

#[tokio::test]
async fn each_refusal_says_why() {
    let verifier = TestVerifier::new().expired("secret-old").unavailable("secret-later");
    let app =
        Router::new().route("/", get(read)).protect(verifier.gate("https://h.example").unwrap()).unwrap();
    let cases = [
        (
            "secret-bad",
            "DEBUG scopegate: token refused handler=logs::read error=the token is not valid: the test knows no such token\n",
        ),
        ("secret-old", "DEBUG scopegate: token refused handler=logs::read error=the token expired\n"),
        (
            "secret-later",
            " WARN scopegate: no token can be verified handler=logs::read error=the token cannot be verified now: the test says so\n",
        ),
    ];
    for (token, expected) in cases {
        assert_eq!(log_of(&app, token).await, expected);
    }
}

#[tokio::test]
async fn a_missing_gate_is_an_error() {
    let app = axum::Router::new().route("/", axum::routing::get(read));
    let expected = "ERROR scopegate: no gate protects `logs::read`; mount it with `Router::protect` or `Gate::layer`; if the program has a `Gate::layer`, add the route above the line that adds the layer\n";
    assert_eq!(log_of(&app, "secret").await, expected);
}

#[tokio::test]
async fn an_access_outside_a_gate_names_its_route() {
    #[public]
    async fn open(_: Option<Access>) {}

    async fn takes(_: Access) {}

    let plain = |path: &str| axum::Router::new().route(path, axum::routing::get(takes));
    let app = plain("/").fallback(open).route("/files/{id}", axum::routing::put(open));
    let log = async |request: &str| log_while(async { _ = send(&app, request, &[]).await }).await;
    let needed = "put the route inside the gate's layer; a `#[public]` handler takes `Option<Access>`, and a middleware takes it inside `Gate::authenticate`";
    let optional = "put the route inside the gate's layer, or mount the handler with `Router::protect`; a middleware takes it inside `Gate::authenticate`";
    for (request, place, remedy) in [
        ("GET /", "an `Access` was taken for `GET /`", needed),
        ("PUT /files/secret", "an `Option<Access>` was taken for `PUT /files/{id}`", optional),
        ("GET /secret", "an `Option<Access>` was taken for a `GET` request without a route", optional),
    ] {
        let expected = format!("ERROR scopegate: {place}, where no gate has checked the token; {remedy}\n");
        assert_eq!(log(request).await, expected);
    }
}

#[tokio::test]
async fn an_operation_without_a_row_is_logged_in_one_line() {
    let says = Token::granting(GrantedScopes::parse(""));
    let verifier = TestVerifier::new().token_saying("secret", says);
    let gate = verifier.gate("https://example.com/mcp").unwrap();
    let app = axum::Router::new().route("/mcp", any(async || {}));
    let app = app.layer(gate.mcp_layer(McpTable::default()).unwrap());
    let log = async |method: &str, name: &str| {
        let body = request(method, &json!({ "name": name }));
        log_while(async { _ = post(&app, "secret", &[], body).await }).await
    };
    let expected = " INFO scopegate: refused as unknown, since no row of the MCP table applies to it method=\"tools/call\" name=\"a\\n ERROR \\u{1b}[0m\"\n";
    assert_eq!(log("tools/call", "a\n ERROR \u{1b}[0m").await, expected);
    let endless = log(&"m".repeat(10_000), "").await;
    assert!(endless.contains(&"m".repeat(128)) && endless.len() < 300, "{endless}");
}

/// The table has a row for the URI's template, so a line that says only "no row" would mislead the developer.
#[tokio::test]
async fn a_value_that_no_template_allows_is_logged_with_the_template() {
    const TABLE: McpTable = mcp_table![
        Operation::resource("note:///{id}", Requirement::AUTHENTICATED),
        Operation::resource("db://{table}/{row}/data", Requirement::AUTHENTICATED),
    ];
    let says = Token::granting(GrantedScopes::parse(""));
    let gate = TestVerifier::new().token_saying("secret", says).gate("https://example.com/mcp").unwrap();
    let app = axum::Router::new().route("/mcp", any(async || {}));
    let app = app.layer(gate.mcp_layer(TABLE).unwrap());
    let log = async |uri: &str| {
        let body = request("resources/read", &json!({ "uri": uri }));
        log_while(async { _ = post(&app, "secret", &[], body).await }).await
    };
    for (template, uris) in [
        ("note:///{id}", &["note:///my%20note", "note:///a/b", "note:///..", "note:///"][..]),
        ("db://{table}/{row}/data", &["db://users/7%2F8/data", "db://users/7/8/data"]),
    ] {
        for uri in uris {
            let expected = format!(
                " INFO scopegate: refused as unknown, since a value in the URI is not allowed; a variable of `{template}` matches 1 to 1,024 characters of `A-Za-z0-9._~-`, but neither `.` nor `..` method=\"resources/read\" name={uri:?}\n"
            );
            assert_eq!(log(uri).await, expected);
        }
    }
    for uri in ["notes:///a", "db://users/7", "db://users/7%2F8/date", "db://users/data"] {
        assert!(log(uri).await.contains("since no row of the MCP table applies to it"), "{uri}");
    }
}

/// Some operations are public, so the caller does not expect that the request needs a token.
#[tokio::test]
async fn the_log_says_why_a_request_to_a_public_tool_needs_a_token() {
    let table = mcp_table![Operation::tool("help", Requirement::PUBLIC)];
    let gate = TestVerifier::new().gate("https://example.com/mcp").unwrap();
    let layer = gate.mcp_layer(table).unwrap().max_anonymous_body(150);
    let app = axum::Router::new().route("/mcp", any(async || {})).layer(layer);
    let call = |tool: &str| request("tools/call", &json!({ "name": tool }));
    let log = async |line: &str, header: &str, body: String| {
        let all = ["content-type: application/json", "host: example.com", header];
        let headers = if header.starts_with("content-type") { &all[1..] } else { &all[..] };
        log_while(async { assert_eq!(send_body(&app, line, headers, body.into()).await.status, 401) }).await
    };
    let at = "POST /mcp";
    for (line, header, body, why) in [
        (
            at,
            "authorization: Basic c2VjcmV0",
            call("help"),
            "its header `Authorization` contains no token that the gate reads",
        ),
        ("DELETE /mcp", "accept: */*", String::new(), "its HTTP method carries no message"),
        (
            at,
            "content-type: text/plain",
            call("help"),
            "its headers do not say that the body is uncompressed `application/json`",
        ),
        (
            at,
            "accept: */*",
            call(&"h".repeat(150)),
            "its body is longer than the limit for requests without a token",
        ),
        (
            at,
            "accept: */*",
            "nonsense".to_owned(),
            "its body is no JSON-RPC message, or can be read in two ways",
        ),
        (at, "accept: */*", call("gone"), "the row of one of its messages cannot be determined"),
    ] {
        let expected = format!("DEBUG scopegate: a request without a token needs one: {why}\n");
        assert_eq!(log(line, header, body).await, expected);
    }
}

#[tokio::test]
async fn a_key_is_not_logged() {
    let gate = Gate::static_keys("files", StaticKeys::parse("secret-key=other").unwrap());
    let app = Router::new().route("/", get(read)).protect(gate).unwrap();
    assert_eq!(log_of(&app, "secret-key").await, "");
    assert!(log_of(&app, "secret-wrong").await.contains("no such key"));
}
