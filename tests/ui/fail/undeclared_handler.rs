use scopegate::{Router, routing::get};

use axum::http::Method;

async fn handler(_: Method) {}

fn main() {
    let _ = Router::<()>::new().route("/", get(handler));
}
