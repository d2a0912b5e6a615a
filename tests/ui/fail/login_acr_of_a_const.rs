use scopegate::{Router, requires_scope, routing::get};

const GOLD: &str = "gold";

#[requires_scope("files:read", acr(GOLD))]
async fn handler() {}

fn main() {
    let _ = Router::<()>::new().route("/", get(handler));
}
