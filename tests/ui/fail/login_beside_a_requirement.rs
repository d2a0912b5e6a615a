use scopegate::{Requirement, Router, requirement, requires_scope, routing::get};

const EXPORT: Requirement = requirement!("files:read", "files:export");

#[requires_scope(EXPORT, acr("gold"))]
async fn handler() {}

fn main() {
    let _ = Router::<()>::new().route("/", get(handler));
}
