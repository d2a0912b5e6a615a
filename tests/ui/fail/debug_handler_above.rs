// axum's attribute expands first, and then calls the handler without its guard.
use scopegate::{Router, requires_scope, routing::get};

#[axum::debug_handler]
#[requires_scope("files:read")]
async fn list() {}

fn main() {
    let _ = Router::<()>::new().route("/", get(list));
}
