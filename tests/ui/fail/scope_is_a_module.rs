use scopegate::{Router, requires_scope, routing::get};

#[requires_scope(any("files:read", crate))]
async fn one() {}

#[requires_scope("files:read", also(self), related(super))]
async fn two() {}

fn main() {
    let _ = Router::<()>::new().route("/1", get(one)).route("/2", get(two));
}
