use scopegate::{Router, requires_scope, routing::get};

#[requires_scope(any(all("a", "b"), "c", all("b", "a")))]
async fn handler() {}

fn main() {
    let _ = Router::<()>::new().route("/", get(handler));
}
