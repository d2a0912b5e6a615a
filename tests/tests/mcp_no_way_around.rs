//! Whatever the shape of a request, a token without the scopes reaches no tool, prompt or resource. The tests count
//! side effects.

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
    mcp_shapes::{CLAIMS, TARGETS, Target, shapes},
};

/// Counts the calls that need only the floor, and the calls that need more.
#[derive(Clone, Default)]
struct Server {
    listed: Arc<AtomicUsize>,
    purged: Arc<AtomicUsize>,
    /// Whether the server leaves the check of resources to the gate.
    trusts_the_gate: bool,
}

/// Opens everything to tokens with the floor.
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
    /// Needs only the floor.
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

    /// Needs only the floor.
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
        // Normalizes URIs as a very lenient server would.
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

    /// Puts the server behind a gate that allows everything, so that only the guards inside decide.
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
            assert_eq!(server.ran(), (0, before + 1), "the counter works: {target:?}");
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

/// A body that arrives byte by byte, with pauses.
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

/// One server for all cases. The test checks that none of them has a side effect.
static FUZZED: LazyLock<(Server, Router, tokio::runtime::Runtime)> = LazyLock::new(|| {
    let server = Server::default();
    let app = server.app(false);
    (server, app, tokio::runtime::Runtime::new().unwrap())
});

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// A call with some bytes inserted, removed and repeated.
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
