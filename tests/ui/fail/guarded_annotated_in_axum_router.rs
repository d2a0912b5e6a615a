use axum::{Router, routing::get};
use scopegate::{guarded, requirement, requires_scope};

#[requires_scope("files:read")]
async fn list() {}

fn main() {
    let _ = Router::<()>::new().route("/", get(guarded(requirement!("files:list"), list)));
}
