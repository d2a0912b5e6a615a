//! An `OpenAPI` document with the scopes of each operation, and a page that shows it.
//!
//! Run with
//!
//! ```sh
//! cargo run -p openapi
//! ```
//!
//! and open the page that it prints. `PORT` (8080) sets the port. With `--print` it prints the document and exits.

use std::{env, net::Ipv4Addr};

use openapi::{documentation, notes, pages};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let gate = notes::gate("https://notes.example.com")?;
    let routes = notes::routes();
    let document = documentation::document(&routes, &gate)?;
    if env::args().any(|argument| argument == "--print") {
        println!("{}", document.to_pretty_json()?);
        return Ok(());
    }
    let port = env::var("PORT").map_or(Ok(8080), |port| port.parse())?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    let app = routes.merge(pages::routes(document)).protect(gate)?;
    println!("openapi is ready at http://{}", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}
