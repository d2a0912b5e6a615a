use scopegate::{requires_scope};

use axum::http::Method;

#[requires_scope("files:read")]
async fn handler(
    _: Method,
    _: Method,
    _: Method,
    _: Method,
    _: Method,
    _: Method,
    _: Method,
    _: Method,
    _: Method,
    _: Method,
    _: Method,
    _: Method,
    _: Method,
    _: Method,
    _: Method,
    _: Method,
) {}

fn main() {
    let _ = handler;
}
