//! Forwards requests to the server behind the gateway, and streams its answers back.

mod headers;

use std::time::Duration;

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::{
        HeaderValue, Response, StatusCode,
        header::{AUTHORIZATION, CONTENT_TYPE},
        request::Parts,
    },
    routing::any,
};
use reqwest::{Client, Url, redirect::Policy};
use serde_json::{Value, json};

/// How long a connection may take to open. An answer may take as long as the tool does.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How long an idle connection is kept. Node.js closes idle connections after 5 seconds, sooner than other servers, so the gateway
/// closes them earlier.
const IDLE_TIMEOUT: Duration = Duration::from_secs(4);

/// The server that receives the requests.
#[derive(Clone, Debug)]
pub struct Upstream {
    client: Client,
    url: Url,
    authorization: Option<HeaderValue>,
}

impl Upstream {
    /// Makes a client of the server, with the gateway's own `Authorization` header.
    ///
    /// # Errors
    ///
    /// If no HTTP client can be made, for example without root certificates.
    pub fn new(url: Url, authorization: Option<HeaderValue>) -> reqwest::Result<Self> {
        let client = Client::builder()
            // A redirect could send the gateway's credentials to another server.
            .redirect(Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .pool_idle_timeout(IDLE_TIMEOUT)
            .build()?;
        Ok(Self { client, url, authorization })
    }

    /// Serves the server's endpoint at a path.
    pub fn at(self, path: &str) -> Router {
        Router::new().route(path, any(forward)).with_state(self)
    }
}

/// Forwards a request that the gate has allowed.
async fn forward(State(upstream): State<Upstream>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    // The gate has read the body and checked its size.
    let Ok(body) = to_bytes(body, usize::MAX).await else {
        return unavailable(&Bytes::new());
    };
    match upstream.send(&parts, body.clone()).await {
        Ok(answer) if is_for_the_gateway(answer.status()) => {
            tracing::error!(status = %answer.status(), "the MCP server does not take the gateway's requests");
            unavailable(&body)
        }
        Ok(answer) => answer,
        Err(error) => {
            tracing::error!(error = %causes(&error.without_url()), "the MCP server cannot be reached");
            unavailable(&body)
        }
    }
}

impl Upstream {
    async fn send(&self, request: &Parts, body: Bytes) -> reqwest::Result<Response<Body>> {
        let mut headers = headers::passed_on(&request.headers);
        if let Some(authorization) = &self.authorization {
            headers.insert(AUTHORIZATION, authorization.clone());
        }
        let mut sent = self.client.request(request.method.clone(), self.url.clone()).headers(headers);
        if !body.is_empty() {
            sent = sent.body(body);
        }
        let (parts, body) = Response::<reqwest::Body>::from(sent.send().await?).into_parts();
        let mut answer = Response::new(Body::new(body));
        *answer.status_mut() = parts.status;
        *answer.headers_mut() = headers::passed_back(&parts.headers);
        Ok(answer)
    }
}

/// Tells whether an answer reports a fault of the gateway, such as wrong credentials or a wrong URL, and not of the
/// caller.
fn is_for_the_gateway(status: StatusCode) -> bool {
    matches!(status, StatusCode::UNAUTHORIZED | StatusCode::PROXY_AUTHENTICATION_REQUIRED)
        || status.is_redirection()
}

/// Answers in the place of the server.
fn unavailable(request: &Bytes) -> Response<Body> {
    let mut error = json!({
        "jsonrpc": "2.0",
        "error": { "code": -32603, "message": "The MCP server behind this gateway cannot be reached" },
    });
    let request: Value = serde_json::from_slice(request).unwrap_or_default();
    if let Some(id) = request.get("id") {
        error["id"] = id.clone();
    }
    let mut answer = Response::new(Body::from(error.to_string()));
    *answer.status_mut() = StatusCode::BAD_GATEWAY;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer
}

/// Writes an error with what caused it, which reqwest's own message leaves out.
fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
