//! Server-sent events and a WebSocket that close when their token expires, and a page that reconnects with a new token.
//!
//! Run with
//!
//! ```sh
//! cargo run -p live
//! ```
//!
//! and open the page that it prints. Log in, send a message, and wait. Tokens expire after 20 seconds, the server closes both
//! connections, and the page reconnects with a new token and misses no message. `PORT` (8080) sets the port, and `LIFETIME` (20)
//! the lifetime of tokens in seconds.

use std::{
    env,
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

use anyhow::Context;
use dev_issuer::DevIssuer;
use live::connections::{self, LiveScope};
use scopegate::Vocabulary;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let number = |name, or: &str| env::var(name).unwrap_or_else(|_| or.to_owned());
    let port = number("PORT", "8080").parse().context("PORT takes a port number")?;
    let lifetime = number("LIFETIME", "20").parse().context("LIFETIME takes a number of seconds")?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
    let listener =
        listener.with_context(|| format!("cannot listen on port {port}; choose another with PORT"))?;
    let url = format!("http://{}", listener.local_addr()?);

    let any_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let descriptions = LiveScope::ENTRIES.iter().map(|entry| (entry.scope().as_str(), entry.description()));
    let issuer = DevIssuer::bind(any_port)
        .await?
        .with_descriptions(descriptions)
        .with_access_token_lifetime(Duration::from_secs(lifetime));
    println!(
        "FOR DEVELOPMENT ONLY: the authorization server at {} grants any scope to anybody.",
        issuer.issuer()
    );

    let app = connections::routes().protect(connections::gate(&url, issuer.issuer())?)?;
    tokio::spawn(issuer.serve());
    println!("live is ready at {url}");
    axum::serve(listener, app).await?;
    Ok(())
}
