use scopegate::{Router, requires_scope, routing::get};

const READ: &str = "files:read";

#[requires_scope(READ)]
async fn handler() {}

fn main() {
    let _ = Router::<()>::new().route("/", get(handler));
}
