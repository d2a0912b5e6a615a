use scopegate::{Router, Scope, requires_scope, routing::get};

const READ: Scope = Scope::from_static("tenant:{tenant");

#[requires_scope("files:list", READ)]
async fn handler() {}

fn main() {
    let _ = Router::<()>::new().route("/", get(handler));
}
