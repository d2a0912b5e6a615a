use axum::http::Method;
use scopegate::{Guard, Router, requires_scope, routing::get};

#[requires_scope("files:read")]
async fn list() {}

async fn handler(_: Method, _: Guard<__scopes_of_list::list>) {}

fn main() {
    let _ = list;
    let _ = Router::<()>::new().route("/", get(handler));
}
