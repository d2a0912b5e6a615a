use scopegate::{Router, requires_scope, routing::get};

#[requires_scope(acr("gold"))]
async fn handler() {}

fn main() {
    let _ = Router::<()>::new().route("/", get(handler));
}
