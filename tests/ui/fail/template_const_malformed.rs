use scopegate::{Router, Scope, requires_scope, routing::get};

const READ: Scope = Scope::from_static("tenant:{tenant}read");

#[requires_scope(READ)]
async fn handler() {}

fn main() {
    let _ = Router::<()>::new().route("/", get(handler));
}
