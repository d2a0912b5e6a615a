use scopegate::{Router, requires_scope, routing::get};
use tokio::net::TcpListener;

#[requires_scope("files:read")]
async fn list() {}

async fn serve(listener: TcpListener) {
    axum::serve(listener, Router::new().route("/", get(list))).await;
}

fn main() {
    let _ = serve;
}
