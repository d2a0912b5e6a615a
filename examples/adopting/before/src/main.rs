//! Run with
//!
//! ```sh
//! cargo run -p adopting-before
//! ```
//!
//! `PORT` (8080) sets the port.

use std::{env, net::Ipv4Addr};

use adopting_before::{app, state::AppState};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let port = env::var("PORT").map_or(Ok(8080), |port| port.parse())?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    let app = app(AppState::default());
    println!("documents is ready at http://{}", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}
