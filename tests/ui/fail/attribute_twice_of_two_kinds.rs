use scopegate::{Router, public, requires_scope, routing::get};

#[requires_scope("files:read")]
#[public]
async fn handler() {}

fn main() {
    let _ = Router::<()>::new().route("/", get(handler));
}
