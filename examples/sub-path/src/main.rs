//! A resource whose URL has a path: an endpoint at `/mcp`. Its metadata is at the well-known URL for this path, and a
//! copy is at the root, for clients that look only there.
//!
//! Run with
//!
//! ```sh
//! PORT=8080 RESOURCE=https://api.example.com/mcp cargo run -p sub-path
//! ```
//!
//! and then
//!
//! ```text
//! $ curl -i -X POST http://127.0.0.1:8080/mcp
//! HTTP/1.1 401 Unauthorized
//! www-authenticate: Bearer scope="files:read files:write", resource_metadata="https://api.example.com/.well-known/oauth-protected-resource/mcp", realm="files"
//!
//! $ curl -s http://127.0.0.1:8080/.well-known/oauth-protected-resource/mcp
//! {"resource":"https://api.example.com/mcp","authorization_servers":["https://auth.example.com"],"scopes_supported":["files:read","files:write"],"bearer_methods_supported":["header"],"resource_name":"Files"}
//!
//! $ curl -s http://127.0.0.1:8080/.well-known/oauth-protected-resource
//! (the same; with ROOT_METADATA=off, 404)
//! ```
//!
//! `RESOURCE` is the public URL (`http://127.0.0.1:PORT/mcp` unless set), and `ISSUER` the authorization server. A
//! proxy that terminates TLS may stand before the program, which ignores the proxy's forwarding headers.

use std::{env, net::Ipv4Addr};

use anyhow::Context;
use axum::{Json, http::Uri};
use scopegate::{Gate, Resource, Router, requires_scope, routing::post};
use serde_json::{Value, json};
use tokio::net::TcpListener;

#[requires_scope("files:read", "files:write")]
async fn rpc() -> Json<Value> {
    Json(json!({ "jsonrpc": "2.0", "id": null, "result": {} }))
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let port: u16 =
        env::var("PORT").as_deref().unwrap_or("8080").parse().context("PORT takes a port number")?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    let address = listener.local_addr()?;

    let resource = env::var("RESOURCE").unwrap_or_else(|_| format!("http://{address}/mcp"));
    let issuer = env::var("ISSUER").unwrap_or_else(|_| "https://auth.example.com".to_owned());
    // The path of the endpoint is the path of the resource.
    let path = resource.parse::<Uri>()?.path().to_owned();
    let resource = Resource::new(resource)?.authorization_server(issuer)?.name("Files").realm("files")?;

    let mut gate = Gate::jwt(resource);
    if env::var("ROOT_METADATA").as_deref() != Ok("off") {
        gate = gate.metadata_at_root();
    }
    let app = Router::new().route(&path, post(rpc)).protect(gate)?.layer(scopegate::cors::layer());

    println!("sub-path is ready at http://{address}");
    axum::serve(listener, app).await?;
    Ok(())
}
