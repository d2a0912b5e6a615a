use scopegate::{Router, requires_scope, routing::get};

#[requires_scope(any("a1", "a2", "a3", "a4", "a5"), any("b1", "b2", "b3", "b4"))]
async fn handler() {}

fn main() {
    let _ = Router::<()>::new().route("/", get(handler));
}
