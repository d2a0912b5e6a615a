use scopegate::{Router, public, routing::get};

#[public(also("files:share"))]
async fn handler() {}

fn main() {
    let _ = Router::<()>::new().route("/", get(handler));
}
