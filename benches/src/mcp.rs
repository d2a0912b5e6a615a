//! One MCP server of rmcp's, stateless, with and without a gate: a tool that tells how long a text is.

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
    Gate, GrantedScopes, Presented, Resource, Token, TokenVerifier, VerifyError, requires_scope, scoped_tools,
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

struct Scoped;

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

/// What `mcp-files` has, in a server that has no files.
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

/// rmcp's service alone.
pub fn bare() -> Router {
    service(|| Bare, "example.com")
}

/// The tool of `mcp-files` that is called under load.
pub fn bare_files() -> Router {
    service(|| Files, "127.0.0.1")
}

/// Configures rmcp's service as `Gate::mcp` does it.
fn service<S: ServerHandler>(make: impl Fn() -> S + Send + Sync + 'static, host: &str) -> Router {
    let config = StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        .with_json_response(true)
        .with_allowed_hosts([host])
        .disable_allowed_origins();
    let sessions = Arc::new(LocalSessionManager::default());
    let service = StreamableHttpService::new(move || Ok(make()), sessions, config);
    Router::new().route_service("/mcp", service).with_state(())
}

pub fn gated() -> Router {
    let resource = Resource::new("https://example.com/mcp").expect("it is a URL");
    let resource = resource.authorization_server("https://auth.example.com").expect("it is a URL");
    let token = Token::granting(GrantedScopes::parse("text:read"));
    Gate::new(resource, OneToken(token)).mcp(|| Scoped).expect("the gate fits").with_state(())
}

/// Makes a call of the tool with a text of `bytes`, in pieces as they come from a socket.
pub fn request(bytes: usize) -> Request<Body> {
    const LINE: &str = r"A line of a file as people write them, and its break.\n";
    let text = LINE.repeat(bytes / LINE.len());
    let message = format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"length","arguments":{{"text":"{text}"}},"_meta":{{"io.modelcontextprotocol/protocolVersion":"2025-06-18"}}}}}}"#
    );
    let pieces: Vec<_> = message.as_bytes().chunks(16 * 1024).map(Bytes::copy_from_slice).collect();
    Request::post("/mcp")
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
