// axum's attribute expands first, and its expansion calls the handler without the guard.
use scopegate::{Router, requires_scope, routing::get};

#[axum::debug_handler]
#[requires_scope("files:read")]
async fn list() {}

fn main() {
    let _ = Router::<()>::new().route("/", get(list));
}
