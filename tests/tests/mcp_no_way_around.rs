//! Whatever the shape of a request, a tool never runs for a token that does not cover it: side effects are counted.

use std::{
    convert::Infallible,
    pin::Pin,
    sync::{
        Arc, LazyLock,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes, HttpBody},
};
use http_body::Frame;
use proptest::prelude::*;
use rmcp::{
    ServerHandler,
    model::JsonObject,
    tool, tool_handler,
    transport::streamable_http_server::{
        StreamableHttpServerConfig, StreamableHttpService, session::never::NeverSessionManager,
    },
};
use scopegate::{
    Gate, Scope, authenticated,
    mcp::{McpServer, McpTable},
    requires_scope, scoped_tools,
    testing::TestVerifier,
};
use scopegate_tests::exchange::{Answer, send_body};

/// How often each tool ran.
#[derive(Clone, Default)]
struct Server {
    listed: Arc<AtomicUsize>,
    purged: Arc<AtomicUsize>,
}

#[scoped_tools]
impl Server {
    /// Needs the floor alone.
    #[authenticated]
    #[tool]
    async fn list(&self) {
        self.listed.fetch_add(1, SeqCst);
    }

    /// Needs more.
    #[requires_scope("files:admin")]
    #[tool]
    async fn purge(&self, _arguments: JsonObject) {
        self.purged.fetch_add(1, SeqCst);
    }
}

#[tool_handler]
impl ServerHandler for Server {}

impl Server {
    fn gate() -> Gate {
        let tokens = TestVerifier::new()
            .token("none", "")
            .token("read", "files:read")
            .token("near", "files:read files:admins files:Admin files admin")
            .token("only-admin", "files:admin")
            .token("all", "files:read files:admin");
        tokens.gate("http://localhost/mcp").unwrap().floor([Scope::from_static("files:read")])
    }

    fn app(&self, sessions: bool) -> Router {
        let server = self.clone();
        let server = McpServer::new(&Self::gate(), move || server.clone()).table(&Server::TOOLS);
        if sessions { server.sessions() } else { server }.build().unwrap()
    }

    /// Puts the server behind a gate that knows of no tool, so that the guards inside are on their own.
    fn behind_an_ignorant_gate(&self) -> Router {
        let (server, config) = (self.clone(), StreamableHttpServerConfig::default());
        let service = StreamableHttpService::new(
            move || Ok(server.clone()),
            Arc::new(NeverSessionManager::default()),
            config.with_legacy_session_mode(false).with_json_response(true),
        );
        let layer = Self::gate().mcp_layer(McpTable::default()).unwrap();
        Router::new().route_service("/mcp", service).layer(layer)
    }

    fn ran(&self) -> (usize, usize) {
        (self.listed.load(SeqCst), self.purged.load(SeqCst))
    }
}

const HEADERS: [&str; 3] =
    ["content-type: application/json", "accept: application/json, text/event-stream", "host: localhost"];

async fn post(app: &Router, token: &str, headers: &[&str], body: impl Into<Body>) -> Answer {
    let authorization = format!("authorization: Bearer {token}");
    send_body(app, "POST /mcp", &[&HEADERS[..], &[&authorization], headers].concat(), body.into()).await
}

/// Bodies that call `purge`, or that some parser could take for such a call.
fn shapes() -> Vec<Vec<u8>> {
    let call = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"purge","arguments":{}}}"#;
    let list = call.replace("purge", "list");
    let deep = format!(r#"{{"x":{}{},{}"#, "[".repeat(200), "]".repeat(200), &call[1..]);
    let mut shapes: Vec<Vec<u8>> = [
        call.to_owned(),
        format!("\u{feff}{call}"),
        format!("{call}{list}"),
        format!("{list}{call}"),
        format!("{list}\n{call}\n"),
        format!("{call}\0"),
        format!("[{call}]"),
        format!("[{list},{call}]"),
        format!("[[{call}]]"),
        format!(" \t\r\n{call}"),
        deep,
        call.replace("\"method\"", "\"\\u006dethod\""),
        call.replace("purge", "\\u0070urge"),
        call.replace("tools/call", "tools\\/call"),
        call.replace("\"id\":1,", ""),
        call.replace("\"id\":1", "\"id\":null"),
        call.replace("\"id\":1", "\"id\":\"a\",\"result\":{}"),
        call.replace("\"jsonrpc\":\"2.0\",", ""),
        call.replace("\"name\":\"purge\"", "\"name\":\"list\",\"name\":\"purge\""),
        call.replace("\"name\":\"purge\"", "\"name\":\"purge\",\"name\":\"list\""),
        call.replace("\"name\":\"purge\"", "\"name\":\"list\",\"n\\u0061me\":\"purge\""),
        call.replace("\"method\"", "\"method\":\"ping\",\"method\""),
        call.replace("\"params\"", "\"params\":{\"name\":\"list\"},\"params\""),
        call.replace("\"params\":{", "\"params\":{\"_meta\":{\"name\":\"list\",\"method\":\"ping\"},"),
        call.replace("{\"name\":\"purge\",\"arguments\":{}}", "[null,\"purge\",{}]"),
        call.replace("\"purge\"", "{\"$serde_json::private::RawValue\":\"\\\"purge\\\"\"}"),
        call.replace("\"purge\"", "[\"purge\"]"),
        call.replace("purge", "PURGE"),
        call.replace("purge", "purge "),
        call.replace("purge", "\u{feff}purge"),
        format!(r#"{{"$serde_json::private::RawValue":{call:?}}}"#),
        format!(r#"{{"$serde_json::private::Number":"1",{}"#, &call[1..]),
        r#"["2.0",1,"tools/call",{"name":"purge"}]"#.to_owned(),
    ]
    .map(String::into_bytes)
    .into();
    shapes.push(call.encode_utf16().flat_map(u16::to_le_bytes).collect());
    shapes.push([b"\xff".as_slice(), call.as_bytes()].concat());
    shapes.push(call.replace("\"id\"", "\"x\":\"\u{1}\",\"id\"").into_bytes());
    shapes
}

/// Headers that claim something else.
const CLAIMS: [&[&str]; 8] = [
    &[],
    &["mcp-method: tools/call", "mcp-name: list"],
    &["mcp-protocol-version: 2025-03-26"],
    &["mcp-protocol-version: 2025-11-25", "mcp-method: ping"],
    &["mcp-protocol-version: 2026-07-28", "mcp-method: tools/call", "mcp-name: list"],
    &["mcp-protocol-version: 2026-07-28", "mcp-method: tools/call", "mcp-name: =?base64?bGlzdA==?="],
    &["mcp-protocol-version: 2026-07-28", "mcp-method: tools/call", "mcp-name: list", "mcp-name: purge"],
    &["content-encoding: gzip", "transfer-encoding: chunked", "x-http-method-override: GET"],
];

#[tokio::test]
async fn no_shape_of_a_body_and_no_header_runs_a_tool_that_is_not_covered() {
    let server = Server::default();
    for app in [server.app(false), server.app(true), server.behind_an_ignorant_gate()] {
        for token in ["none", "read", "near", "only-admin", "unknown", ""] {
            for body in shapes() {
                for headers in CLAIMS {
                    post(&app, token, headers, body.clone()).await;
                }
                let authorization = format!("authorization: Bearer {token}");
                for method in ["GET", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "QUERY"] {
                    let headers = [&HEADERS[..], &[&authorization]].concat();
                    send_body(
                        &app,
                        &format!("{method} /mcp?access_token=all"),
                        &headers,
                        body.clone().into(),
                    )
                    .await;
                }
            }
            assert_eq!(server.ran().1, 0, "{token}");
        }
    }
}

#[tokio::test]
async fn the_right_token_runs_it() {
    let server = Server::default();
    for (at, app) in [server.app(false), server.behind_an_ignorant_gate()].into_iter().enumerate() {
        assert_eq!(post(&app, "all", &[], shapes().swap_remove(0)).await.status, 200);
        assert_eq!(server.ran(), (0, at + 1), "so the counter works");
    }
}

#[tokio::test]
async fn in_a_session_each_request_is_judged_by_its_own_token() {
    let server = Server::default();
    let app = server.app(true);
    let initialize = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}"#;
    let opened = post(&app, "all", &[], initialize).await;
    let session = format!("mcp-session-id: {}", opened.header("mcp-session-id"));
    post(&app, "all", &[&session], r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#).await;
    for token in ["none", "read", "near", "only-admin", "unknown"] {
        for body in shapes() {
            post(&app, token, &[&session], body).await;
        }
    }
    assert_eq!(server.ran().1, 0);
    post(&app, "all", &[&session], shapes()[0].clone()).await;
    assert_eq!(server.ran().1, 1);
}

/// A body that comes byte by byte, and not always.
struct Slow {
    bytes: std::vec::IntoIter<u8>,
    pause: bool,
}

impl HttpBody for Slow {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.pause = !self.pause;
        if self.pause {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(self.bytes.next().map(|byte| Ok(Frame::data(Bytes::copy_from_slice(&[byte])))))
    }
}

#[tokio::test]
async fn a_body_in_pieces_is_read_as_one() {
    let server = Server::default();
    let app = server.app(false);
    let slow = || Body::new(Slow { bytes: shapes()[0].clone().into_iter(), pause: false });
    assert_eq!(post(&app, "read", &[], slow()).await.status, 403);
    assert_eq!(server.ran(), (0, 0));
    assert_eq!(post(&app, "all", &[], slow()).await.status, 200);
    assert_eq!(server.ran(), (0, 1));
}

/// A body whose first bytes come, and no more.
struct Stuck(Option<Bytes>);

impl HttpBody for Stuck {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match self.0.take() {
            Some(bytes) => Poll::Ready(Some(Ok(Frame::data(bytes)))),
            None => Poll::Pending,
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_end_runs_nothing() {
    let server = Server::default();
    let app = server.app(false);
    let stuck = Body::new(Stuck(Some(shapes().swap_remove(0).into())));
    let waiting = tokio::time::timeout(Duration::from_secs(60), post(&app, "all", &[], stuck)).await;
    assert!(waiting.is_err());
    assert_eq!(server.ran(), (0, 0));
}

/// One server for all the cases, since what counts is that nothing happened in any.
static FUZZED: LazyLock<(Server, Router, tokio::runtime::Runtime)> = LazyLock::new(|| {
    let server = Server::default();
    let app = server.app(false);
    (server, app, tokio::runtime::Runtime::new().unwrap())
});

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// A call with some bytes put in, taken out and repeated.
    #[test]
    fn no_mutation_of_a_call_runs_it(
        at in any::<prop::sample::Index>(),
        length in 0usize..20,
        inserted in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..8),
            prop::sample::select(vec![
                &b"\"name\":\"list\","[..], b"\"name\":\"purge\",", b"{", b"}", b"[", b"]", b"\\u0000", b"\xef\xbb\xbf", b"null,",
                b"\"params\":{\"name\":\"list\"},", b"\"method\":\"ping\",",
            ]).prop_map(<[u8]>::to_vec),
        ],
        shape in any::<prop::sample::Index>(),
        claims in prop::sample::select(&CLAIMS[..]),
    ) {
        let (server, app, runtime) = &*FUZZED;
        let shapes = shapes();
        let mut body = shape.get(&shapes).clone();
        let at = at.index(body.len());
        let end = (at + length).min(body.len());
        body.splice(at..end, inserted);
        runtime.block_on(post(app, "near", claims, body));
        prop_assert_eq!(server.ran().1, 0);
    }
}
