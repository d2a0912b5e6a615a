use scopegate::{Router, requires_scope, routing::get};

#[requires_scope(any("files:read", maxage = 300))]
async fn handler() {}

fn main() {
    let _ = Router::<()>::new().route("/", get(handler));
}
