//! Whatever the shape of a request, no tool, prompt or resource is reached by a token that does not cover it: side effects
//! are counted.

mod gating;

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
use gating::IntoGate;
use http_body::Frame;
use proptest::prelude::*;
use rmcp::{
    ErrorData, RoleServer, ServerHandler,
    model::{JsonObject, PromptMessage, ReadResourceRequestParams, ReadResourceResponse, ReadResourceResult},
    prompt, prompt_handler,
    service::RequestContext,
    tool, tool_handler,
    transport::streamable_http_server::{
        StreamableHttpServerConfig, StreamableHttpService, session::never::NeverSessionManager,
    },
};
use scopegate::{
    Access, Gate, Requirement, Scope, authenticated,
    mcp::{McpServer, McpTable, Operation},
    mcp_table, requirement, requires_scope, scoped_tools,
    testing::TestVerifier,
};
use scopegate_tests::{
    endless::endless,
    exchange::{Answer, send_body},
    mcp::INITIALIZE,
};

/// How often what needs the floor alone ran, and what needs more.
#[derive(Clone, Default)]
struct Server {
    listed: Arc<AtomicUsize>,
    purged: Arc<AtomicUsize>,
    /// Leaves the judging of resources to the gate.
    trusts_the_gate: bool,
}

/// Opens everything to who has the floor.
const OPEN: McpTable = mcp_table![
    Operation::any_tool(Requirement::AUTHENTICATED),
    Operation::any_prompt(Requirement::AUTHENTICATED),
    Operation::any_resource(Requirement::AUTHENTICATED),
    Operation::any_method(Requirement::AUTHENTICATED),
];
const FILE: Requirement = requirement!("file:{name}");
const RESOURCES: McpTable = mcp_table![Operation::resource("file:///{name}", FILE)];

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

    /// Needs the floor alone.
    #[authenticated]
    #[prompt(name = "list")]
    async fn list_prompt(&self) -> Vec<PromptMessage> {
        self.listed.fetch_add(1, SeqCst);
        Vec::new()
    }

    /// Needs more.
    #[requires_scope("files:admin")]
    #[prompt(name = "purge")]
    fn purge_prompt(&self) -> Vec<PromptMessage> {
        self.purged.fetch_add(1, SeqCst);
        Vec::new()
    }
}

#[tool_handler]
#[prompt_handler]
impl ServerHandler for Server {
    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        if !self.trusts_the_gate {
            let found = RESOURCES.resource(&request.uri);
            let found = found.ok_or_else(|| ErrorData::resource_not_found("Unknown resource", None))?;
            Access::try_from(&context)?.require_resource(&found)?;
        }
        // As sloppy as a server can be.
        let uri = request.uri.to_lowercase().replace("%70", "p");
        let counter = if uri.contains("purge") { &self.purged } else { &self.listed };
        counter.fetch_add(1, SeqCst);
        Ok(ReadResourceResult::new(Vec::new()).into())
    }
}

impl Server {
    fn gate() -> Gate {
        let tokens = TestVerifier::new()
            .token("none", "")
            .token("read", "files:read file:list")
            .token(
                "near",
                "files:read files:admins files:Admin files admin file:list file: file:{name} files:purge",
            )
            .token("only-admin", "files:admin file:purge")
            .token("all", "files:read files:admin file:list file:purge");
        tokens.gate("http://localhost/mcp").unwrap().floor([Scope::from_static("files:read")])
    }

    fn app(&self, sessions: bool) -> Router {
        let server = Self { trusts_the_gate: true, ..self.clone() };
        let server =
            McpServer::new(&Self::gate(), move || server.clone()).table(&Server::TOOLS).table(&RESOURCES);
        if sessions { server.sessions() } else { server }.build().unwrap()
    }

    /// Puts the server behind a gate that lets everything through, so that the guards inside are on their own.
    fn behind_an_ignorant_gate(&self) -> Router {
        let (server, config) = (self.clone(), StreamableHttpServerConfig::default());
        let service = StreamableHttpService::new(
            move || Ok(server.clone()),
            Arc::new(NeverSessionManager::default()),
            config.with_legacy_session_mode(false).with_json_response(true),
        );
        let layer = Self::gate().mcp_layer(OPEN).unwrap();
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

/// A method, and the parameter that names what it acts on.
#[derive(Clone, Copy, Debug)]
struct Target {
    method: &'static str,
    key: &'static str,
    forbidden: &'static str,
    allowed: &'static str,
}

const TARGETS: [Target; 3] = [
    Target { method: "tools/call", key: "name", forbidden: "purge", allowed: "list" },
    Target { method: "prompts/get", key: "name", forbidden: "purge", allowed: "list" },
    Target { method: "resources/read", key: "uri", forbidden: "file:///purge", allowed: "file:///list" },
];

impl Target {
    fn call(self) -> Vec<u8> {
        let Self { method, key, forbidden, .. } = self;
        let params = format!(r#"{{"{key}":"{forbidden}","arguments":{{}}}}"#);
        format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{params}}}"#).into_bytes()
    }

    /// Bodies that ask for what is forbidden, or that some parser could take for such a request.
    fn shapes(self) -> Vec<Vec<u8>> {
        let Self { method, key, forbidden, allowed } = self;
        // Written for tools, and then about the target.
        let words = [
            ("list", allowed),
            ("purge", forbidden),
            ("tools/call", method),
            ("\"name\"", &format!("\"{key}\"")),
        ];
        let about = |shape: Vec<u8>| words.iter().fold(shape, |shape, (from, to)| replace(&shape, from, to));
        let mut shapes: Vec<Vec<u8>> = shapes().into_iter().map(about).collect();
        if key == "uri" {
            shapes.extend(URIS.map(|uri| replace(&self.call(), forbidden, uri)));
        }
        shapes
    }
}

/// Replaces in what need not be text.
fn replace(bytes: &[u8], from: &str, to: &str) -> Vec<u8> {
    let mut replaced = Vec::new();
    let mut rest = bytes;
    while let Some(first) = rest.first() {
        if let Some(behind) = rest.strip_prefix(from.as_bytes()) {
            replaced.extend(to.as_bytes());
            rest = behind;
        } else {
            replaced.push(*first);
            rest = rest.get(1..).unwrap_or_default();
        }
    }
    replaced
}

/// Spellings of what is forbidden.
const URIS: [&str; 12] = [
    "file:///%70urge",
    "file:///./purge",
    "file:////purge",
    "file:///list/../purge",
    "file:///list?/purge",
    "file:///list#purge",
    "file://localhost/purge",
    "FILE:///purge",
    "file:///purge ",
    "file:///purge\\u0000",
    "file:/purge",
    "file:///list\\u000afile:///purge",
];

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
        call.replace(
            "\"purge\"",
            "\"list\",\"_meta\":{\"name\":\"purge\",\"io.modelcontextprotocol/name\":\"purge\"}",
        ),
        call.replace("\"method\"", "\"_meta\":{\"method\":\"ping\"},\"method\""),
        call.replace("\"method\":\"tools/call\",\"params\"", "\"result\""),
        call.replace("\"params\"", "\"error\":{\"code\":1},\"params\""),
        call.replace("\"params\"", "\"Params\""),
        call.replace("\"id\"", "\"$serde_json::private::RawValue\":\"{}\",\"id\""),
        call.replace("tools/call", "tools/call "),
        call.replace("tools/call", "Tools/Call"),
        call.replace("tools/call", "tools/call\\u0000"),
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
const CLAIMS: [&[&str]; 9] = [
    &[],
    &["mcp-method: tools/call", "mcp-name: list"],
    &["mcp-protocol-version: 2025-03-26"],
    &["mcp-protocol-version: 2025-11-25", "mcp-method: ping"],
    &["mcp-protocol-version: 2026-07-28", "mcp-method: tools/call", "mcp-name: list"],
    &["mcp-protocol-version: 2026-07-28", "mcp-method: tools/call", "mcp-name: =?base64?bGlzdA==?="],
    &["mcp-protocol-version: 2026-07-28", "mcp-method: tools/call", "mcp-name: list", "mcp-name: purge"],
    &["mcp-protocol-version: 2026-07-28", "mcp-method: tools/list", "mcp-session-id: x"],
    &["content-encoding: gzip", "transfer-encoding: chunked", "x-http-method-override: GET"],
];

#[tokio::test]
async fn no_shape_of_a_body_and_no_header_reaches_what_is_not_covered() {
    let server = Server::default();
    for app in [server.app(false), server.app(true), server.behind_an_ignorant_gate()] {
        for token in ["none", "read", "near", "only-admin", "unknown", ""] {
            for body in TARGETS.into_iter().flat_map(Target::shapes) {
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
    for app in [server.app(false), server.behind_an_ignorant_gate()] {
        for target in TARGETS {
            let before = server.ran().1;
            assert_eq!(post(&app, "all", &[], target.call()).await.status, 200);
            assert_eq!(server.ran(), (0, before + 1), "so the counter works: {target:?}");
        }
    }
}

#[tokio::test]
async fn in_a_session_each_request_is_judged_by_its_own_token() {
    let server = Server::default();
    let app = server.app(true);
    let opened = post(&app, "all", &[], INITIALIZE).await;
    let session = format!("mcp-session-id: {}", opened.header("mcp-session-id"));
    post(&app, "all", &[&session], r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#).await;
    for token in ["none", "read", "near", "only-admin", "unknown"] {
        for body in TARGETS.into_iter().flat_map(Target::shapes) {
            post(&app, token, &[&session], body).await;
        }
    }
    assert_eq!(server.ran().1, 0);
    for (at, target) in TARGETS.into_iter().enumerate() {
        post(&app, "all", &[&session], target.call()).await;
        assert_eq!(server.ran().1, at + 1);
    }
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
    for (at, target) in TARGETS.into_iter().enumerate() {
        let slow = || Body::new(Slow { bytes: target.call().into_iter(), pause: false });
        assert_eq!(post(&app, "read", &[], slow()).await.status, 403);
        assert_eq!(server.ran(), (0, at));
        assert_eq!(post(&app, "all", &[], slow()).await.status, 200);
        assert_eq!(server.ran(), (0, at + 1));
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_end_runs_nothing() {
    let server = Server::default();
    let app = server.app(false);
    let stuck = endless(1, shapes().swap_remove(0));
    let answer = tokio::time::timeout(Duration::from_secs(60), post(&app, "all", &[], stuck)).await;
    assert_eq!(answer.unwrap().status, 408);
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
        target in prop::sample::select(&TARGETS[..]),
        shape in any::<prop::sample::Index>(),
        claims in prop::sample::select(&CLAIMS[..]),
    ) {
        let (server, app, runtime) = &*FUZZED;
        let shapes = target.shapes();
        let mut body = shape.get(&shapes).clone();
        let at = at.index(body.len());
        let end = (at + length).min(body.len());
        body.splice(at..end, inserted);
        runtime.block_on(post(app, "near", claims, body));
        prop_assert_eq!(server.ran().1, 0);
    }
}
