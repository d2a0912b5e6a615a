use scopegate::{Router, requires_scope, routing::get};

#[requires_scope(any("files:read", related("files:share")))]
async fn handler() {}

fn main() {
    let _ = Router::<()>::new().route("/", get(handler));
}
