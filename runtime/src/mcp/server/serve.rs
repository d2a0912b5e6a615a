//! Makes a service from a function.

use std::{
    convert::Infallible,
    task::{Context, Poll},
};

use axum::{extract::Request, response::Response};
use tower_service::Service;

/// A function as a service. If the function were a handler, axum would box its future twice.
#[derive(Clone)]
pub(super) struct Serve<F>(pub(super) F);

impl<F, A> Service<Request> for Serve<F>
where
    F: Fn(Request) -> A,
    A: Future<Output = Result<Response, Infallible>>,
{
    type Response = Response;
    type Error = Infallible;
    type Future = A;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> A {
        (self.0)(request)
    }
}
