//! Whatever its shape, a request without a token reaches nothing that needs a token, even beside public operations. The
//! tests count side effects.

mod gating;

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::SeqCst},
};

use axum::{
    Router,
    body::{Body, Bytes},
    routing::any,
};
use gating::IntoGate;
use rmcp::{
    ErrorData, RoleServer, ServerHandler,
    model::{JsonObject, PromptMessage, ReadResourceRequestParams, ReadResourceResponse, ReadResourceResult},
    prompt, prompt_handler,
    service::RequestContext,
    tool, tool_handler,
};
use scopegate::{
    Gate, Requirement, Scope,
    mcp::{ANONYMOUS_DISCOVERY, McpServer, McpTable, Operation},
    mcp_table, public, requirement, requires_scope, scoped_tools,
    testing::TestVerifier,
};
use scopegate_tests::{
    exchange::send_body,
    mcp::members,
    mcp_shapes::{CLAIMS, TARGETS, Target},
};
use serde_json::Value;

/// Counts the calls to public and to protected operations.
#[derive(Clone, Default)]
struct Server {
    listed: Arc<AtomicUsize>,
    purged: Arc<AtomicUsize>,
}

const ADMIN: Requirement = requirement!("files:admin");
const RESOURCES: McpTable = mcp_table![
    Operation::resource("file:///list", Requirement::PUBLIC),
    Operation::resource("file:///purge", ADMIN),
];
/// The table for the server without rmcp.
const OTHERS: McpTable = mcp_table![
    Operation::tool("list", Requirement::PUBLIC),
    Operation::tool("purge", ADMIN),
    Operation::prompt("list", Requirement::PUBLIC),
    Operation::prompt("purge", ADMIN),
];

#[scoped_tools]
impl Server {
    /// Needs nothing.
    #[public]
    #[tool]
    async fn list(&self) {
        self.listed.fetch_add(1, SeqCst);
    }

    /// Needs a token.
    #[requires_scope("files:admin")]
    #[tool]
    async fn purge(&self, _arguments: JsonObject) {
        self.purged.fetch_add(1, SeqCst);
    }

    /// Needs nothing.
    #[public]
    #[prompt(name = "list")]
    async fn list_prompt(&self) -> Vec<PromptMessage> {
        self.listed.fetch_add(1, SeqCst);
        Vec::new()
    }

    /// Needs a token.
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
        _: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        self.count(&request.uri.to_lowercase().replace("%70", "p"));
        Ok(ReadResourceResult::new(Vec::new()).into())
    }
}

impl Server {
    fn count(&self, what: &str) {
        let counter = if what.contains("purge") { &self.purged } else { &self.listed };
        counter.fetch_add(1, SeqCst);
    }

    fn gate() -> Gate {
        let tokens = TestVerifier::new().token("all", "files:read files:admin");
        tokens.gate("http://localhost/mcp").unwrap().floor([Scope::from_static("files:read")])
    }

    fn app(&self, sessions: bool) -> Router {
        let server = self.clone();
        let server = McpServer::new(&Self::gate(), move || server.clone());
        let server = server.table(&Server::TOOLS).table(&RESOURCES).table(&ANONYMOUS_DISCOVERY);
        if sessions { server.sessions() } else { server }.build().unwrap()
    }

    /// Puts a server behind the layer. The server ignores the case of names. If a member occurs several times, it obeys
    /// each of them.
    fn layer(&self) -> Router {
        let server = self.clone();
        let sloppy = async move |body: Bytes| {
            let value = serde_json::from_slice(&body).unwrap_or_default();
            let messages = if let Value::Array(messages) = value { messages } else { vec![value] };
            for message in &messages {
                for method in members(message, "method").into_iter().filter_map(Value::as_str) {
                    let key = if method.starts_with("resources/") { "uri" } else { "name" };
                    let params = members(message, "params").into_iter();
                    let named = params.flat_map(|params| members(params, key)).filter_map(Value::as_str);
                    named.for_each(|name| server.count(&name.to_lowercase()));
                }
            }
        };
        let layer = Self::gate().mcp_layer(OTHERS.and(&RESOURCES).and(&ANONYMOUS_DISCOVERY)).unwrap();
        Router::new().route("/mcp", any(sloppy)).layer(layer)
    }

    fn ran(&self) -> (usize, usize) {
        (self.listed.load(SeqCst), self.purged.load(SeqCst))
    }
}

const HEADERS: [&str; 3] =
    ["content-type: application/json", "accept: application/json, text/event-stream", "host: localhost"];

#[tokio::test]
async fn no_shape_of_a_body_and_no_header_reaches_it() {
    let server = Server::default();
    for app in [server.app(false), server.app(true), server.layer()] {
        for body in TARGETS.into_iter().flat_map(Target::shapes) {
            for headers in CLAIMS {
                send_body(&app, "POST /mcp", &[&HEADERS[..], headers].concat(), body.clone().into()).await;
            }
            for method in ["GET", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "QUERY"] {
                let request = format!("{method} /mcp?access_token=all");
                send_body(&app, &request, &HEADERS, body.clone().into()).await;
            }
            assert_eq!(server.ran().1, 0, "{:?}", String::from_utf8_lossy(&body));
        }
    }
    assert!(server.ran().0 > 0, "some of the shapes call what is public");
}

#[tokio::test]
async fn what_is_public_runs_and_the_right_token_runs_the_rest() {
    let server = Server::default();
    for app in [server.app(false), server.layer()] {
        for target in TARGETS {
            let (listed, purged) = server.ran();
            let send = async |body: Vec<u8>, headers: &[&str]| {
                send_body(&app, "POST /mcp", &[&HEADERS[..], headers].concat(), Body::from(body)).await.status
            };
            assert_eq!(send(target.allowed_call(), &[]).await, 200, "{target:?}");
            assert_eq!(server.ran(), (listed + 1, purged), "{target:?}");
            assert_eq!(send(target.call(), &["authorization: Bearer all"]).await, 200, "{target:?}");
            assert_eq!(server.ran(), (listed + 1, purged + 1), "the counter works: {target:?}");
        }
    }
}
