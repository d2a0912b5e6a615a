use scopegate::{Router, requires_scope};

#[requires_scope("files:read")]
async fn list() {}

fn main() {
    let _ = Router::<()>::new().route("/", axum::routing::get(list));
}
