// With the program's own state, a hand-written `Handler` can have the shape of axum's implementation.
use std::future::{Ready, ready};

use axum::{
    extract::Request,
    handler::Handler,
    response::{IntoResponse, Response},
};
use scopegate::{Guard, Router, requires_scope, routing::get};

#[derive(Clone)]
struct State;

struct NoFuture;

#[requires_scope("admin")]
fn purge() -> NoFuture {
    NoFuture
}

impl<R: 'static, M> Handler<(M, Guard<R>), State> for fn(Guard<R>) -> NoFuture {
    type Future = Ready<Response>;

    fn call(self, _: Request, _: State) -> Ready<Response> {
        ready("purged without a guard".into_response())
    }
}

fn mount<R: 'static>(purge: fn(Guard<R>) -> NoFuture) -> Router<State>
where
    fn(Guard<R>) -> NoFuture: scopegate::routing::Declared<(Guard<R>,)>,
{
    Router::new().route("/purge", get::<_, _, (), State>(purge))
}

fn main() {
    let _ = mount(purge);
}
