// A hand-written `Handler` for a function with a guard need not extract the guard.
use std::future::{Ready, ready};

use axum::{
    extract::Request,
    handler::Handler,
    response::{IntoResponse, Response},
};
use scopegate::{Guard, Router, requires_scope, routing::get};

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

fn mount<R: 'static>(purge: fn(Guard<R>) -> Ready<&'static str>) -> Router
where
    fn(Guard<R>) -> Ready<&'static str>: scopegate::routing::Declared<(Guard<R>,)>,
{
    Router::new().route("/purge", get::<_, _, Mine, ()>(purge))
}

fn main() {
    let _ = mount(purge);
}
