//! An MCP server with three tools behind scopes.
//!
//! Run with
//!
//! ```sh
//! cargo run -p mcp-files
//! ```
//!
//! and follow what it prints: it brings an authorization server for development along. Then
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
//! | `RESOURCE` | the public URL of the endpoint (`http://127.0.0.1:PORT/mcp`), which is served at its path |
//! | `AUTH_MODE` | `oauth` (unless set) or `static` |
//! | `ISSUER`, `JWKS_URI` | an authorization server in place of the one for development, and its keys if it does not say where they are |
//! | `STATIC_KEYS` | with `static`: `key=scope scope;key=scope ..` |

use std::{
    error::Error,
    io,
    net::{Ipv4Addr, SocketAddr},
    process::ExitCode,
};

use dev_issuer::{BindError, DevIssuer};
use mcp_files::{
    files::Files,
    settings::{self, Access, Settings},
    tour,
};
use scopegate::mcp::{McpServer, ScopedTools};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("mcp-files: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().with_writer(io::stderr).init();
    let Settings { port, resource, access } = Settings::from_env()?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
    let listener = listener
        .map_err(|error| format!("cannot listen on port {port}: {error}; choose another with PORT"))?;

    let url = resource.identifier().to_owned();
    // One store for all requests, each of which has a server of its own.
    let files = Files::default();
    let make = move || files.clone();
    let app = match access {
        Access::OAuth(issuer, jwks_uri) => {
            println!("Tokens come from {issuer}.");
            settings::oauth(resource, &issuer, jwks_uri.as_deref())?.mcp(make)?
        }
        Access::Embedded => {
            let embedded = embedded_issuer(port).await?;
            let issuer = embedded.issuer().to_owned();
            tokio::spawn(embedded.serve());
            println!("FOR DEVELOPMENT ONLY: the authorization server at {issuer} gives anybody any scope.\n");
            println!("{}", tour::instructions(&url));
            settings::oauth(resource, &issuer, None)?.mcp(make)?
        }
        Access::Keys(keys) => {
            println!("Access is by static keys.");
            // A gate of static keys has no resource, so it is told where the server is.
            McpServer::new(&settings::keys(keys), make).table(&Files::TOOLS).at(resource).build()?
        }
    };
    println!("What each tool needs besides files:read:\n\n{}", Files::TOOLS);
    println!("{url} is served; mcp-files is ready at http://{}", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}

/// Starts the authorization server on the port after the server's, or on any other if that is taken.
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
