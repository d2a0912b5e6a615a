//! The servers, each behind its gate, and how requests are sent to them.

use std::sync::Arc;

use axum::{Router, body::Body};
use fuzzing::send;
use rmcp::{
    ServerHandler,
    transport::streamable_http_server::{
        StreamableHttpServerConfig, StreamableHttpService, session::never::NeverSessionManager,
    },
};
use scopegate::mcp::{ANONYMOUS_DISCOVERY, McpServer, McpTable};
use scopegate_tests::mcp::INITIALIZE;

use crate::{
    plain,
    request::Request,
    rules,
    server::{Guarded, Log, Obedient, Run},
};

/// The protection between a request and its target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum App {
    /// The gate, and the guards of the tools: `Gate::mcp`.
    Whole,
    /// The same, in a session that a caller with all scopes opened.
    Session,
    /// Only the gate: `Gate::mcp_layer` before a server that obeys every request.
    Layer,
    /// Only the guards, behind a gate that opens everything.
    Guards,
    /// Only the gate, before a server without rmcp.
    Plain,
}

impl App {
    pub(crate) const ALL: [Self; 5] = [Self::Whole, Self::Session, Self::Layer, Self::Guards, Self::Plain];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Session => "session",
            Self::Layer => "layer",
            Self::Guards => "guards",
            Self::Plain => "plain",
        }
    }
}

pub(crate) struct Apps {
    log: Log,
    routers: [Router; 5],
}

impl Apps {
    pub(crate) fn new() -> Self {
        let log = Log::default();
        let (guarded, obedient) = (Guarded(log.clone()), Obedient(log.clone()));
        let whole = || {
            let server = guarded.clone();
            McpServer::new(&rules::gate(), move || server.clone())
                .table(&Guarded::TOOLS)
                .table(&ANONYMOUS_DISCOVERY)
        };
        let routers = [
            whole().build().expect("a router"),
            whole().sessions().build().expect("a router"),
            behind_a_layer(rules::table(), rmcp(obedient)),
            behind_a_layer(rules::OPEN, rmcp(guarded.clone())),
            behind_a_layer(rules::table(), plain::router(log.clone())),
        ];
        Self { log, routers }
    }

    /// Sends a request, and returns the calls that it caused.
    pub(crate) async fn send(&self, request: &Request<'_>) -> Vec<Run> {
        let router = &self.routers[request.app as usize];
        let session = if request.app == App::Session { open(router).await } else { None };
        _ = self.log.take();
        if let Some(request) = request.to_http(session.as_deref()) {
            _ = send(router, request).await;
        }
        if let Some(session) = &session {
            _ = send(router, full("DELETE", Some(session), "")).await;
        }
        self.log.take()
    }
}

fn rmcp<S: ServerHandler + Clone>(server: S) -> Router {
    let service = StreamableHttpService::new(
        move || Ok(server.clone()),
        Arc::new(NeverSessionManager::default()),
        StreamableHttpServerConfig::default().with_legacy_session_mode(false).with_json_response(true),
    );
    Router::new().route_service("/mcp", service)
}

fn behind_a_layer(table: McpTable, server: Router) -> Router {
    server.layer(rules::gate().mcp_layer(table).expect("a layer"))
}

/// Opens a session with a token for everything.
async fn open(router: &Router) -> Option<String> {
    let opened = send(router, full("POST", None, INITIALIZE)).await?;
    let session = opened.header("mcp-session-id").to_owned();
    let initialized = r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#;
    _ = send(router, full("POST", Some(&session), initialized)).await;
    Some(session)
}

fn full(method: &str, session: Option<&str>, body: &'static str) -> http::Request<Body> {
    let request = http::Request::builder().method(method).uri("/mcp").header("authorization", "Bearer full");
    let request = request.header("content-type", "application/json").header("host", "localhost");
    let request = request.header("accept", "application/json, text/event-stream");
    let request =
        session.into_iter().fold(request, |request, session| request.header("mcp-session-id", session));
    request.body(Body::from(body)).expect("a request")
}
