//! A reverse proxy that adds scopes to any MCP server, with a table in a file.
//!
//! Run with
//!
//! ```sh
//! cargo run -p mcp-gateway -- my-gateway.toml
//! ```
//!
//! Without a file name, the program uses [`gateway.toml`](../gateway.toml). With this file, it protects the server that
//! `npx @modelcontextprotocol/server-everything streamableHttp` starts, and starts a development authorization server.
//! Then
//!
//! ```text
//! $ curl -i -X POST http://127.0.0.1:8080/mcp
//! HTTP/1.1 401 Unauthorized
//! www-authenticate: Bearer scope="everything", resource_metadata="http://127.0.0.1:8080/.well-known/oauth-protected-resource/mcp"
//! ```
//!
//! The server behind the gateway receives only requests that the table allows, without the caller's token and without headers that
//! MCP does not define. Its answers and event streams are passed on as they arrive.
//!
//! | variable | is |
//! |---|---|
//! | `CONFIG` | the file, unless it is an argument |
//! | `PORT` | the port on 127.0.0.1 (8080) |
//! | `UPSTREAM_AUTHORIZATION` | the `Authorization` header that the gateway sends to the server behind it, such as `Bearer secret` |
//! | the variable named by `static_keys` in the file | the keys: `key=scope scope;key=scope ..` |

use std::{io, net::Ipv4Addr};

use anyhow::Context;
use axum::http::Uri;
use mcp_gateway::{access, config::Config, settings::Settings, upstream::Upstream};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt().with_writer(io::stderr).init();
    let Settings { port, config, authorization } = Settings::read()?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
    let listener =
        listener.with_context(|| format!("cannot listen on port {port}; choose another with PORT"))?;
    let address = listener.local_addr()?;

    let gate = access::gate(&config, address.port()).await?;
    let Config { resource, upstream, floor, table, .. } = config;
    let layer = gate.mcp_layer(table.clone())?;
    let url = resource.identifier();
    let server = Upstream::new(upstream.clone(), authorization)?.at(url.parse::<Uri>()?.path());
    let app = layer.well_known().merge(server.route_layer(layer.clone()));

    let floor: Vec<String> = floor.iter().map(ToString::to_string).collect();
    let floor = if floor.is_empty() { "a token".to_owned() } else { floor.join(" ") };
    println!("What each operation needs besides {floor}:\n\n{table}");
    println!("{url} stands before {upstream}; mcp-gateway is ready at http://{address}");
    axum::serve(listener, app).await?;
    Ok(())
}
