use scopegate::{Router, requires_scope, routing::get};

#[requires_scope(
    crate = ::scopegate,
    also("files:share", "files:purge"),
    acr("urn:example:key", "urn:example:code"),
)]
async fn handler() {}

fn main() {
    let _ = Router::<()>::new().route("/", get(handler));
}
