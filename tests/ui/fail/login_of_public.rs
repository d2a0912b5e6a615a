use scopegate::{Router, public, routing::get};

#[public(acr("gold"))]
async fn handler() {}

fn main() {
    let _ = Router::<()>::new().route("/", get(handler));
}
