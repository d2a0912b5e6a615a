use scopegate::{Router, requires_scope, routing::get};

#[requires_scope(any("files:read", all("files:write", max_age = 300)))]
async fn handler() {}

fn main() {
    let _ = Router::<()>::new().route("/", get(handler));
}
