//! Bare axum, and axum with a layer that does nothing.

use std::task::{Context, Poll};

use axum::{Router, extract::Request, routing::get};
use tower::{Service, layer::layer_fn};

use super::{Subject, bearer_of};

pub const ROUTER: &str = "bare axum";
pub const LAYERED: &str = "bare axum with an empty layer";

async fn list() {}

pub fn router() -> Subject {
    let router = Router::new().route("/files", get(list));
    Subject { name: ROUTER, baseline: ROUTER, router, credential: |case| Some(bearer_of(case)) }
}

pub fn layered() -> Subject {
    let router = Router::new().route("/files", get(list)).layer(layer_fn(Empty));
    Subject { name: LAYERED, baseline: LAYERED, router, credential: |case| Some(bearer_of(case)) }
}

/// Calls the service inside.
#[derive(Clone)]
struct Empty<T>(T);

impl<T: Service<Request>> Service<Request> for Empty<T> {
    type Response = T::Response;
    type Error = T::Error;
    type Future = T::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), T::Error>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, request: Request) -> T::Future {
        self.0.call(request)
    }
}
