use scopegate::{Router, requires_scope, routing::get};

#[requires_scope(max_age = 60)]
async fn handler() {}

fn main() {
    let _ = Router::<()>::new().route("/", get(handler));
}
