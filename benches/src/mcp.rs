//! A stateless rmcp server with and without a gate. Its tool returns the length of a text.

use std::sync::Arc;

use axum::{
    Router,
    body::{Body, Bytes},
    http::{
        Request, StatusCode,
        header::{ACCEPT, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HOST},
    },
};
use futures_util::stream;
use http_body_util::BodyExt;
use rmcp::{
    ServerHandler,
    handler::server::wrapper::Parameters,
    schemars, tool, tool_handler, tool_router,
    transport::streamable_http_server::{
        StreamableHttpServerConfig, StreamableHttpService, session::local::LocalSessionManager,
    },
};
use scopegate::{
    Gate, GrantedScopes, Presented, Resource, Token, TokenVerifier, VerifyError, mcp::McpServer, public,
    requires_scope, scoped_tools,
};
use serde::Deserialize;
use tower::ServiceExt;

#[derive(Deserialize, schemars::JsonSchema)]
struct Text {
    text: String,
}

struct Bare;

#[tool_router]
impl Bare {
    /// Tells how long a text is.
    #[tool]
    async fn length(&self, Parameters(Text { text }): Parameters<Text>) -> String {
        text.len().to_string()
    }
}

#[tool_handler]
impl ServerHandler for Bare {}

pub struct Scoped;

#[scoped_tools]
impl Scoped {
    /// Tells how long a text is.
    #[requires_scope("text:read")]
    #[tool]
    async fn length(&self, Parameters(Text { text }): Parameters<Text>) -> String {
        text.len().to_string()
    }
}

#[tool_handler]
impl ServerHandler for Scoped {}

struct OneToken(Token);

impl TokenVerifier for OneToken {
    async fn verify(&self, presented: &Presented<'_>) -> Result<Token, VerifyError> {
        match presented.token() {
            "reader" => Ok(self.0.clone()),
            _ => Err(VerifyError::invalid("no such token")),
        }
    }
}

/// The tool `list_files` of `mcp-files`, in a server without files.
struct Files;

#[tool_router]
impl Files {
    /// Lists the files, one name a line.
    #[tool]
    async fn list_files(&self) -> String {
        String::new()
    }
}

#[tool_handler]
impl ServerHandler for Files {}

struct Open;

#[scoped_tools]
impl Open {
    /// Tells how long a text is.
    #[public]
    #[tool]
    async fn length(&self, Parameters(Text { text }): Parameters<Text>) -> String {
        text.len().to_string()
    }
}

#[tool_handler]
impl ServerHandler for Open {}

/// rmcp's service without a gate.
pub fn bare() -> Router {
    service(|| Bare, "example.com", false)
}

/// rmcp's service without a gate, with sessions.
pub fn bare_with_sessions() -> Router {
    service(|| Bare, "example.com", true)
}

/// The tool `list_files` of `mcp-files`, for the load test.
pub fn bare_files() -> Router {
    service(|| Files, "127.0.0.1", false)
}

/// Configures rmcp's service as `Gate::mcp` does.
fn service<S: ServerHandler>(
    make: impl Fn() -> S + Send + Sync + 'static,
    host: &str,
    has_sessions: bool,
) -> Router {
    let config = StreamableHttpServerConfig::default()
        .with_legacy_session_mode(has_sessions)
        .with_json_response(!has_sessions)
        .with_allowed_hosts([host])
        .disable_allowed_origins();
    let sessions = Arc::new(LocalSessionManager::default());
    let service = StreamableHttpService::new(move || Ok(make()), sessions, config);
    Router::new().route_service("/mcp", service).with_state(())
}

fn gate() -> Gate {
    let resource = Resource::new("https://example.com/mcp").expect("it is a URL");
    let resource = resource.authorization_server("https://auth.example.com").expect("it is a URL");
    Gate::new(resource, OneToken(Token::granting(GrantedScopes::parse("text:read"))))
}

/// The server behind its gate, with all options off.
pub fn gated() -> Router {
    gate().mcp(|| Scoped).expect("the gate fits").with_state(())
}

/// The server behind its gate, with some options.
pub fn gated_with(change: impl FnOnce(McpServer<Scoped>) -> McpServer<Scoped>) -> Router {
    let server = McpServer::new(&gate(), || Scoped).table(&Scoped::TOOLS);
    change(server).build().expect("the gate fits").with_state(())
}

/// The server behind its gate, with bound sessions.
pub fn gated_with_sessions() -> Router {
    let token = Token::granting(GrantedScopes::parse("text:read"));
    let token = token.with_issuer("https://auth.example.com").with_subject("reader");
    let server = McpServer::new(&gate().verified_by(OneToken(token)), || Scoped).table(&Scoped::TOOLS);
    server.sessions().build().expect("the gate fits").with_state(())
}

/// A server whose tool needs no token.
pub fn open() -> Router {
    gate().mcp(|| Open).expect("the gate fits").with_state(())
}

/// Opens a session, and returns its id.
pub async fn session(router: &Router) -> String {
    let opened =
        router.clone().oneshot(request(INITIALIZE, None)).await.unwrap_or_else(|never| match never {});
    let id = opened.headers().get("mcp-session-id").expect("a session").clone();
    let id = id.to_str().expect("it is ASCII").to_owned();
    opened.into_body().collect().await.expect("it has an end");
    let initialized = request(r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#, Some(&id));
    call(router, initialized).await;
    id
}

const INITIALIZE: &str = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"bench","version":"1"}}}"#;

/// The request that lists the tools.
pub const LIST: &str = r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{}}"#;

/// A line of text, as JSON writes it.
pub const LINE: &str = r"A line of a file as people write them, and its break.\n";

/// A text that consists only of escapes.
pub const ESCAPES: &str = r#"\"\n\u00e9"#;

/// Makes a call to the tool. Its text repeats `piece`, and has at most `bytes` bytes.
pub fn calling(piece: &str, bytes: usize) -> String {
    let text = piece.repeat(bytes / piece.len());
    format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"length","arguments":{{"text":"{text}"}},"_meta":{{"io.modelcontextprotocol/protocolVersion":"2025-06-18"}}}}}}"#
    )
}

/// Makes a request from a message, with a token and an optional session. The body is in pieces, as from a socket.
pub fn request(message: &str, session: Option<&str>) -> Request<Body> {
    let pieces: Vec<_> = message.as_bytes().chunks(16 * 1024).map(Bytes::copy_from_slice).collect();
    let request =
        session.into_iter().fold(Request::post("/mcp"), |request, id| request.header("mcp-session-id", id));
    request
        .header(HOST, "example.com")
        .header(CONTENT_TYPE, "application/json")
        .header(CONTENT_LENGTH, message.len())
        .header(ACCEPT, "application/json, text/event-stream")
        .header(AUTHORIZATION, "Bearer reader")
        .header("mcp-protocol-version", "2025-06-18")
        .body(Body::from_stream(stream::iter(pieces.into_iter().map(Ok::<_, std::convert::Infallible>))))
        .expect("the headers are right")
}

/// Calls the tool, and reads the answer to its end.
pub async fn call(router: &Router, request: Request<Body>) -> (StatusCode, Bytes) {
    let answer = router.clone().oneshot(request).await.unwrap_or_else(|never| match never {});
    let status = answer.status();
    (status, answer.into_body().collect().await.expect("it has an end").to_bytes())
}
