use axum::response::IntoResponse;
use scopegate::{Router, requires_scope, routing::get};

#[requires_scope("files:read")]
fn handler() -> impl IntoResponse {
    "hello.txt"
}

fn main() {
    let _ = Router::<()>::new().route("/", get(handler));
}
