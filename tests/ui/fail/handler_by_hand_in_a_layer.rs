// A layer calls a handler by the implementation that its type names, which need not be axum's.
use std::future::{Ready, ready};

use axum::{
    extract::Request,
    handler::Handler,
    response::{IntoResponse, Response},
};
use scopegate::{Guard, Router, requires_scope, routing::get};
use tower::layer::util::Identity;

#[requires_scope("admin")]
fn purge() -> Ready<&'static str> {
    ready("purged")
}

struct Mine;

impl<R: 'static> Handler<Mine, ()> for fn(Guard<R>) -> Ready<&'static str> {
    type Future = Ready<Response>;

    fn call(self, _: Request, _: ()) -> Ready<Response> {
        ready("purged without a guard".into_response())
    }
}

fn main() {
    let layered = Handler::<Mine, ()>::layer(purge as fn(_) -> _, Identity::new());
    let _ = Router::<()>::new().route("/purge", get(layered));
}
