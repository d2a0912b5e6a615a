use scopegate::{Requirement, Router, authenticated, requirement, routing::get};

const EXPORT: Requirement = requirement!("files:read", "files:export");

#[authenticated(also(EXPORT))]
async fn handler() {}

fn main() {
    let _ = Router::<()>::new().route("/", get(handler));
}
