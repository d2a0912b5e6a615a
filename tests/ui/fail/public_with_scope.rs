use scopegate::{Router, public, routing::get};

#[public("files:read")]
async fn handler() {}

fn main() {
    let _ = Router::<()>::new().route("/", get(handler));
}
