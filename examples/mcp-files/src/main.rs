//! An MCP server with three tools, a prompt and resources behind scopes.
//!
//! Run with
//!
//! ```sh
//! cargo run -p mcp-files
//! ```
//!
//! and follow the printed steps. The program also starts a development authorization server. Then
//!
//! ```text
//! $ curl -i -X POST http://127.0.0.1:8080/mcp
//! HTTP/1.1 401 Unauthorized
//! www-authenticate: Bearer scope="files:read", resource_metadata="http://127.0.0.1:8080/.well-known/oauth-protected-resource/mcp"
//!
//! {"jsonrpc":"2.0","error":{"code":401,"message":"This request needs an access token","data":{"scope":"files:read"}}}
//! ```
//!
//! | variable | is |
//! |---|---|
//! | `PORT` | the port on 127.0.0.1 (8080) |
//! | `RESOURCE` | the public URL of the endpoint, whose path the server serves (`http://127.0.0.1:PORT/mcp`) |
//! | `AUTH_MODE` | `oauth` (unless set) or `static` |
//! | `ISSUER`, `JWKS_URI` | an authorization server instead of the development one, and the URL of its keys if its metadata does not name it |
//! | `STATIC_KEYS` | with `static`: `key=scope scope;key=scope ..` |
//! | `SESSIONS` | `1`: clients of MCP versions before 2026-07-28 get a session (no sessions unless set; these clients also work without) |
//! | `ANONYMOUS` | `1`: clients without a token can discover the server, and call `count_files` |
//! | `DIALECT` | `http` (unless set), or `tool-result` for ChatGPT |
//! | `LISTS` | `all` (unless set), `reachable` or `callable`: the operations that lists show to a caller |
//! | `DPOP` | `accepted` or `required`: tokens bound to a client's key (refused unless set) |

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
};

use anyhow::Context;
use axum::Router;
use dev_issuer::{BindError, DevIssuer};
use mcp_files::{
    files::{self, Files},
    settings::{self, Access, Server, Settings},
    tour,
};
use scopegate::{
    Gate, Resource, StartupError,
    mcp::{McpServer, McpTable},
};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt().with_writer(io::stderr).init();
    let Settings { port, resource, access, server } = Settings::from_env()?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
    let listener =
        listener.with_context(|| format!("cannot listen on port {port}; choose another with PORT"))?;

    let url = resource.identifier().to_owned();
    // A gate with static keys has no resource, so the server needs its path.
    let (gate, at) = match access {
        Access::OAuth(issuer, jwks_uri) => {
            println!("Tokens come from {issuer}.");
            (settings::oauth(resource, &issuer, jwks_uri.as_deref())?, None)
        }
        Access::Embedded => {
            let embedded = embedded_issuer(port).await?;
            let issuer = embedded.issuer().to_owned();
            tokio::spawn(embedded.serve());
            println!(
                "FOR DEVELOPMENT ONLY: the authorization server at {issuer} grants any scope to anybody.\n"
            );
            println!("{}", tour::instructions(&url));
            (settings::oauth(resource, &issuer, None)?, None)
        }
        Access::Keys(keys) => {
            println!("Access is by static keys.");
            (settings::keys(keys), Some(resource))
        }
    };
    let gate = match &server.dpop {
        Some(dpop) => gate.dpop(dpop.clone()),
        None => gate,
    };
    let table = files::table(server.anonymous);
    let app = build(&gate, at, &table, &server)?;
    println!("What each operation needs besides files:read:\n\n{table}");
    println!("{url} is served; mcp-files is ready at http://{}", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}

/// Puts the server behind the gate. Each request gets its own server, and all servers share one store.
fn build(
    gate: &Gate,
    at: Option<Resource>,
    table: &McpTable,
    settings: &Server,
) -> Result<Router, StartupError> {
    let files = if settings.anonymous { Files::new().with_open_tools() } else { Files::new() };
    let mut server = McpServer::new(gate, move || files.clone()).table(table);
    server = server.dialect(settings.dialect).lists(settings.lists);
    if let Some(resource) = at {
        server = server.at(resource);
    }
    if settings.sessions { server.sessions() } else { server }.build()
}

/// Starts the authorization server on the port after the server's, or on any free port if that is taken.
async fn embedded_issuer(port: u16) -> Result<DevIssuer, BindError> {
    let at = |port| DevIssuer::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    let issuer = match at(port.checked_add(1).unwrap_or_default()).await {
        Err(BindError::Listen(_)) => at(0).await?,
        bound => bound?,
    };
    Ok(issuer.with_descriptions([
        ("files:read", "See your files"),
        ("files:write", "Change your files"),
        ("files:admin", "Forget all your files"),
    ]))
}
