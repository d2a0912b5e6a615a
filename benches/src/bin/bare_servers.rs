//! The quickstart and `mcp-files` without protection, for `load/load.py`.
//!
//! ```sh
//! PORT=8080 cargo run --release --bin bare_servers
//! ```

use std::{
    collections::BTreeMap,
    env,
    net::Ipv4Addr,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{Json, Router, extract::State, routing::get};
use scopegate_benches::mcp;
use tokio::{net::TcpListener, runtime::Runtime};

type Disk = Arc<Mutex<BTreeMap<String, String>>>;

async fn list(State(disk): State<Disk>) -> Json<Vec<String>> {
    Json(disk.lock().unwrap_or_else(PoisonError::into_inner).keys().cloned().collect())
}

fn main() -> std::io::Result<()> {
    let disk = Disk::new(Mutex::new([("hello.txt".to_owned(), "Hello!\n".to_owned())].into()));
    let app = Router::new().route("/files", get(list)).with_state(disk).merge(mcp::bare_files());
    let port = env::var("PORT").ok().and_then(|port| port.parse().ok()).unwrap_or(8080);
    Runtime::new()?.block_on(async {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        println!("bare_servers is ready at http://{}", listener.local_addr()?);
        axum::serve(listener, app).await
    })
}
