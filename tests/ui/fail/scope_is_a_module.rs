use scopegate::{Router, requires_scope, routing::get};

#[requires_scope(any("files:read", crate))]
async fn handler() {}

fn main() {
    let _ = Router::<()>::new().route("/", get(handler));
}
