//! Servers behind the layer that do not use rmcp and read JSON in other ways. Only the layer checks a call.

mod gating;

use std::{
    collections::VecDeque,
    io,
    pin::Pin,
    task::{Context, Poll},
};

use axum::{
    Json, Router,
    body::{Body, Bytes, HttpBody, to_bytes},
    extract::Request,
    routing::any,
};
use gating::IntoGate;
use http_body::Frame;
use scopegate::{
    Gate, Requirement, Scope,
    mcp::{McpTable, Operation},
    mcp_table, requirement,
    testing::TestVerifier,
};
use scopegate_tests::{
    counter::Counter,
    exchange::{Answer, send_body},
    mcp::{members, request},
};
use serde_json::{Value, json};

const READ: Requirement = requirement!("files:read");
const ADMIN: Requirement = requirement!("files:admin");
const TABLE: McpTable = mcp_table![
    Operation::tool("list", READ),
    Operation::tool("purge", ADMIN),
    Operation::resource("file:///open", READ),
    Operation::resource("file:///secret", ADMIN),
];

fn gate() -> Gate {
    let tokens = TestVerifier::new()
        .token("none", "")
        .token("read", "files:read")
        .token("all", "files:read files:admin");
    tokens.gate("https://example.com/mcp").unwrap().floor([Scope::from_static("files:read")])
}

/// Counts the calls that need `files:admin`.
#[derive(Clone, Default)]
struct Server(Counter);

impl Server {
    fn behind_a_gate(&self) -> Router {
        let server = self.clone();
        let rpc = any(async move |request: Request| {
            let bytes = to_bytes(request.into_body(), usize::MAX).await.unwrap();
            server.take(&bytes);
            Json(json!({ "jsonrpc": "2.0", "id": 1, "result": {} }))
        });
        let layer = gate().mcp_layer(TABLE).unwrap().max_body(usize::MAX).max_body_memory(usize::MAX);
        Router::new().route("/mcp", rpc).layer(layer)
    }

    fn take(&self, body: &[u8]) {
        let Ok(value) = serde_json::from_slice::<Value>(body) else { return };
        let messages = if let Value::Array(messages) = value { messages } else { vec![value] };
        let purges = |message: &&Value| asks(message, "name", "purge");
        let reads = |message: &&Value| asks(message, "uri", "file:///secret") || listens(message);
        messages.iter().filter(|message| purges(message) || reads(message)).for_each(|_| self.0.count());
    }

    fn ran(&self) -> usize {
        self.0.get()
    }
}

fn asks(message: &Value, member: &str, of: &str) -> bool {
    let params = members(message, "params");
    !members(message, "method").is_empty()
        && params.iter().any(|params| members(params, member).iter().any(|value| *value == of))
}

fn listens(message: &Value) -> bool {
    let params = members(message, "params").into_iter().flat_map(|params| members(params, "notifications"));
    params
        .flat_map(|wanted| members(wanted, "resourceSubscriptions"))
        .any(|uris| uris.as_array().is_some_and(|uris| uris.iter().any(|uri| uri == "file:///secret")))
}

async fn send(app: &Router, line: &str, token: &str, headers: &[&str], body: impl Into<Body>) -> Answer {
    let authorization = format!("authorization: Bearer {token}");
    send_body(app, line, &[&[&*authorization][..], headers].concat(), body.into()).await
}

const JSON: &str = "content-type: application/json";

fn call(name: &str) -> String {
    request("tools/call", &json!({ "name": name }))
}

fn listen(uri: &str) -> String {
    request("subscriptions/listen", &json!({ "notifications": { "resourceSubscriptions": [uri] } }))
}

/// An object that `serde_json` replaces by the JSON in its only member, if its feature `raw_value` is on, as with axum.
fn raw(json: &str) -> String {
    json!({ "$serde_json::private::RawValue": json }).to_string()
}

#[test]
fn a_raw_value_is_what_it_holds() {
    assert_eq!(
        serde_json::from_str::<Value>(&raw("[1]")).unwrap(),
        json!([1]),
        "otherwise the tests here show nothing"
    );
}

#[tokio::test]
async fn what_another_parser_could_read_differently_does_not_reach_it() {
    let server = Server::default();
    let app = server.behind_a_gate();
    let purge = call("purge");
    let bodies = [
        raw(&purge),
        format!("[{}]", raw(&purge)),
        raw(&purge).replacen('$', "\\u0024", 1),
        purge.replace(r#"{"name":"purge"}"#, &raw(r#"{"name":"purge"}"#)),
        purge.replace(r#""purge""#, &raw(r#""purge""#)),
        listen("file:///secret").replace(
            r#"{"resourceSubscriptions":["file:///secret"]}"#,
            &raw(r#"{"resourceSubscriptions":["file:///secret"]}"#),
        ),
        listen("file:///secret").replace("resourceSubscriptions", "ResourceSubscriptions"),
        purge.replace("\"method\"", "\"method\":\"ping\",\"Method\""),
        purge.replace("\"method\"", "\"METHOD\""),
        purge.replace("\"params\"", "\"params\":{\"name\":\"list\"},\"Params\""),
        purge.replace("\"name\"", "\"name\":\"list\",\"Name\""),
        purge.replace("\"name\"", "\"name\":\"list\",\"n\\u0041me\""),
    ];
    for body in bodies {
        let answer = send(&app, "POST /mcp", "read", &[JSON], body.clone()).await;
        assert_ne!(answer.status, 200, "{body}");
        assert_eq!(server.ran(), 0, "{body}");
    }
    for (body, reached) in
        [(call("list"), 0), (listen("file:///open"), 0), (purge, 1), (listen("file:///secret"), 2)]
    {
        let answer = send(&app, "POST /mcp", "all", &[JSON], body.clone()).await;
        assert_eq!((answer.status.as_u16(), server.ran()), (200, reached), "{body}");
    }
}

#[tokio::test]
async fn bodies_that_nobody_judges_do_not_reach_it() {
    let server = Server::default();
    let app = server.behind_a_gate();
    let length = format!("content-length: {}", call("purge").len());
    for method in ["GET", "HEAD", "DELETE", "OPTIONS"] {
        for headers in [&[JSON][..], &[JSON, &length, "x-http-method-override: POST"]] {
            let answer = send(&app, &format!("{method} /mcp"), "read", headers, call("purge")).await;
            assert_eq!((answer.status.as_u16(), server.ran()), (200, 0), "{method}");
        }
    }
}

#[tokio::test]
async fn bodies_that_their_headers_make_another_text_are_refused() {
    let server = Server::default();
    let app = server.behind_a_gate();
    for (headers, status) in [
        (&[JSON][..], 200),
        (&["x-nothing: said"], 415),
        (&["content-type: application/json; charset=utf-8"], 200),
        (&["content-type: Application/JSON;charset=\"UTF-8\""], 200),
        (&["content-type: application/json; charset=utf-7"], 415),
        (&["content-type: application/json; a=b; charset=unicode_escape"], 415),
        (&["content-type: application/x-www-form-urlencoded"], 415),
        (&["content-type: \u{e9}"], 415),
        (&[JSON, "content-encoding: identity"], 200),
        (&[JSON, "content-encoding: br"], 415),
        (&[JSON, "content-encoding: identity, gzip"], 415),
    ] {
        let answer = send(&app, "POST /mcp", "read", headers, call("list")).await;
        assert_eq!(answer.status.as_u16(), status, "{headers:?}");
    }
    let compressed = [JSON, "content-encoding: br"];
    assert_eq!(send(&app, "POST /mcp", "none", &compressed, call("list")).await.status, 415);
    assert_eq!(server.ran(), 0);
}

#[tokio::test]
async fn a_length_that_nobody_could_hold_is_not_believed() {
    let app = Server::default().behind_a_gate();
    for length in ["1000000000000000", "10000000000000000000", "99999999999999999999", "0", "-1", "x"] {
        let pieces = ["{\"jsonrpc\":\"2.0\",\"id\":1,", "\"method\":\"ping\"", "}"];
        let body = in_pieces(pieces.map(|piece| Ok(Bytes::from(piece))));
        let length = format!("content-length: {length}");
        assert_eq!(send(&app, "POST /mcp", "read", &[JSON, &length], body).await.status, 200, "{length}");
    }
}

#[tokio::test]
async fn pieces_count_together() {
    let rpc = any(async |body: Bytes| Bytes::from(body.len().to_string()));
    let app = Router::new().route("/mcp", rpc).layer(gate().mcp_layer(TABLE).unwrap().max_body(30));
    let pieces = |texts: &[&'static str]| in_pieces(texts.iter().map(|text| Ok(Bytes::from(*text))));
    for (texts, status) in [
        (&["{\"method\":\"ping\"}"][..], 200),
        (&["", "{\"method\"", "", ":\"ping\"}", ""], 200),
        (&["{\"method\"", ":\"ping\"}", "             "], 200),
        (&["{\"method\"", ":\"ping\"}", "              "], 413),
        (&["{\"method\"", ":\"ping\"}", "       ", "       "], 413),
    ] {
        let answer = send(&app, "POST /mcp", "read", &[JSON], pieces(texts)).await;
        assert_eq!(answer.status.as_u16(), status, "{texts:?}");
    }
    let broken = in_pieces([Ok(Bytes::from("{")), Err(io::Error::other("gone"))]);
    assert_eq!(send(&app, "POST /mcp", "read", &[JSON], broken).await.status, 400);
}

fn in_pieces(pieces: impl IntoIterator<Item = io::Result<Bytes>>) -> Body {
    Body::new(Pieces(pieces.into_iter().collect()))
}

struct Pieces(VecDeque<io::Result<Bytes>>);

impl HttpBody for Pieces {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        Poll::Ready(self.0.pop_front().map(|piece| piece.map(Frame::data)))
    }
}

#[test]
fn a_template_behind_another_is_reached_or_refused() {
    let table = |first: &'static str, second: &'static str| {
        McpTable::from_iter([Operation::resource(first, READ), Operation::resource(second, ADMIN)])
    };
    let problems = |first, second| {
        gate()
            .mcp_layer(table(first, second))
            .err()
            .map(|error| error.problems().to_vec())
            .unwrap_or_default()
    };
    assert_eq!(problems("docs://secret/{name}", "docs://{tenant}/{name}"), [""; 0]);
    assert_eq!(
        problems("docs://{tenant}/{name}", "docs://secret/{name}"),
        [
            "`resources/read docs://secret/{name}` is never used, since `resources/read docs://{tenant}/{name}` comes before it and fits all of its URIs; put it first"
        ]
    );
    assert_eq!(
        problems("docs://{tenant}/{id}", "docs://{tenant}/{name}"),
        [
            "`resources/read docs://{tenant}/{name}` is never used, since `resources/read docs://{tenant}/{id}` fits the same URIs; remove one of the two rows"
        ]
    );
    assert_eq!(
        problems("docs://{tenant}/a", "docs://b/{name}"),
        [
            "some URIs fit both `resources/read docs://{tenant}/a` and `resources/read docs://b/{name}`, and they need different scopes; let no URI fit both"
        ]
    );
}
