use scopegate::{Router, requires_scope, routing::get};

#[requires_scope("files:read", any("files:write", "files:admin"), related("files:read"))]
async fn handler() {}

fn main() {
    let _ = Router::<()>::new().route("/", get(handler));
}
