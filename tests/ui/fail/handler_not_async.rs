use scopegate::{Router, requires_scope, routing::get};

#[requires_scope("files:read")]
fn handler() -> &'static str {
    "hello.txt"
}

fn main() {
    let _ = Router::<()>::new().route("/", get(handler));
}
