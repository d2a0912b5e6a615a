//! One MCP server, served by rmcp alone and behind a gate. The public conformance suite must see no difference.
//!
//! `.ci/conformance` runs it.

use std::{error::Error, net::Ipv4Addr, sync::Arc};

use axum::Router;
use rmcp::transport::streamable_http_server::{
    StreamableHttpServerConfig, StreamableHttpService, session::local::LocalSessionManager,
};
use scopegate::{Gate, Scope, StaticKeys, mcp::McpServer};
use tokio::net::TcpListener;

mod scoped;
mod server;
mod tools;

use server::Server;

const KEY: &str =
    "sk_all=mcp:use values:read sampling:use person:ask logs:write lists:change prompts:read resources:read";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut tasks = Vec::new();
    for (name, app) in [("bare", bare()), ("gated", gated()?)] {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        println!("{name} http://{}/mcp", listener.local_addr()?);
        tasks.push(tokio::spawn(async { axum::serve(listener, app).await }));
    }
    for task in tasks {
        task.await??;
    }
    Ok(())
}

fn bare() -> Router {
    let server = Server::bare();
    let config =
        StreamableHttpServerConfig::default().with_legacy_session_mode(false).with_json_response(true);
    let sessions = Arc::new(LocalSessionManager::default());
    let service = StreamableHttpService::new(move || Ok(server.clone()), sessions, config);
    Router::new().route_service("/mcp", service)
}

fn gated() -> Result<Router, Box<dyn Error>> {
    let gate =
        Gate::static_keys("conformance", StaticKeys::parse(KEY)?).floor([Scope::from_static("mcp:use")]);
    let server = Server::scoped();
    let server =
        McpServer::new(&gate, move || server.clone()).table(&Server::SCOPED_TOOLS).table(&scoped::OTHERS);
    Ok(server.build()?)
}
