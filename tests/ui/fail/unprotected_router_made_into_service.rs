use scopegate::{Router, requires_scope, routing::get};

#[requires_scope("files:read")]
async fn list() {}

fn main() {
    let _ = Router::<()>::new().route("/", get(list)).into_make_service();
}
