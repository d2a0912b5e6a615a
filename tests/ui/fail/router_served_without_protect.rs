// Only `protect` makes an axum router.
use scopegate::{Router, requires_scope, routing::get};

#[requires_scope("files:read")]
async fn list() {}

fn main() {
    let _: axum::Router = Router::new().route("/", get(list));
}
