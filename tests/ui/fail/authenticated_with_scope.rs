use scopegate::{Router, authenticated, routing::get};

#[authenticated("files:read")]
async fn handler() {}

fn main() {
    let _ = Router::<()>::new().route("/", get(handler));
}
