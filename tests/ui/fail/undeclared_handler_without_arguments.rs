use scopegate::{Router, routing::get};

async fn handler() {}

fn main() {
    let _ = Router::<()>::new().route("/", get(handler));
}
