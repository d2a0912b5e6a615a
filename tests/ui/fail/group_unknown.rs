use scopegate::{Router, requires_scope, routing::get};

#[requires_scope(one_of("a", "b"))]
async fn handler() {}

fn main() {
    let _ = Router::<()>::new().route("/", get(handler));
}
