//! Run with
//!
//! ```sh
//! cargo run -p adopting-layer
//! ```
//!
//! `PORT` (8080) sets the port, and `ISSUER` the authorization server.

use std::{env, net::Ipv4Addr};

use adopting_layer::{app, gate::gate, state::AppState};
use scopegate::ScopeTable;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let port = env::var("PORT").map_or(Ok(8080), |port| port.parse())?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    let issuer = env::var("ISSUER").unwrap_or("https://auth.example.com".to_owned());
    let layer = gate(&issuer)?.layer(ScopeTable::default())?;
    let app = app(AppState::default(), &layer);
    layer.check(&app)?;
    println!("documents is ready at http://{}", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}
