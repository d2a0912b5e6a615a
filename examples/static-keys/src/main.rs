//! A server with static API keys and no OAuth: two endpoints, two keys.
//!
//! Run with
//!
//! ```sh
//! PORT=8080 API_KEYS="sk_read=files:read;sk_write=files:read files:write" cargo run -p static-keys
//! ```
//!
//! and then
//!
//! ```text
//! $ curl -i http://127.0.0.1:8080/sse
//! HTTP/1.1 401 Unauthorized
//! www-authenticate: Bearer scope="files:read", realm="zernio-mcp"
//!
//! {"error":"Missing API key"}
//!
//! $ curl -i -H "Authorization: Bearer sk_wrong" http://127.0.0.1:8080/sse
//! HTTP/1.1 401 Unauthorized
//! www-authenticate: Bearer error="invalid_token", scope="files:read", realm="zernio-mcp", error_description="Invalid API key"
//!
//! {"error":"Invalid API key"}
//!
//! $ curl -i -X POST -H "Authorization: Bearer sk_read" http://127.0.0.1:8080/mcp
//! HTTP/1.1 403 Forbidden
//! www-authenticate: Bearer error="insufficient_scope", scope="files:read files:write", realm="zernio-mcp", error_description="The API key lacks a scope that this request needs"
//!
//! $ curl -s -H "Authorization: Bearer sk_read" http://127.0.0.1:8080/sse
//! data: hello.txt
//!
//! $ curl -s -X POST -H "Authorization: Bearer sk_write" http://127.0.0.1:8080/mcp
//! {"id":null,"jsonrpc":"2.0","result":{}}
//!
//! $ curl -i http://127.0.0.1:8080/.well-known/oauth-protected-resource
//! HTTP/1.1 404 Not Found
//! content-type: application/json
//! ```

use std::{env, net::Ipv4Addr};

use anyhow::Context;
use axum::{Json, http::header::CONTENT_TYPE, response::IntoResponse};
use scopegate::{Gate, Router, StaticKeys, requires_scope, routing::any};
use serde_json::{Value, json};
use tokio::net::TcpListener;

#[requires_scope("files:read")]
async fn events() -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/event-stream")], "data: hello.txt\n\n")
}

#[requires_scope("files:read", "files:write")]
async fn rpc() -> Json<Value> {
    Json(json!({ "jsonrpc": "2.0", "id": null, "result": {} }))
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let port: u16 =
        env::var("PORT").as_deref().unwrap_or("8080").parse().context("PORT takes a port number")?;
    let keys = env::var("API_KEYS").unwrap_or_else(|_| DEMO_KEYS.to_owned());
    let gate = Gate::static_keys("zernio-mcp", StaticKeys::parse(&keys)?);
    let app = Router::new().route("/sse", any(events)).route("/mcp", any(rpc)).protect(gate)?;

    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    println!("static-keys is ready at http://{}", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}

/// Keys for trying it out. A real server reads its keys from the environment.
const DEMO_KEYS: &str = "sk_read=files:read;sk_write=files:read files:write";
