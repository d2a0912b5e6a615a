use scopegate::{Router, guarded, requirement, requires_scope, routing::get};

#[requires_scope("files:read")]
async fn list() {}

fn main() {
    let _ = Router::<()>::new().route("/", get(guarded(requirement!("files:list"), list)));
}
