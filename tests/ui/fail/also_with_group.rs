use scopegate::{Router, requires_scope, routing::get};

#[requires_scope("files:read", also(any("files:share", "files:admin")))]
async fn handler() {}

fn main() {
    let _ = Router::<()>::new().route("/", get(handler));
}
