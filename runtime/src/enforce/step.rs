//! A tower service that runs a step before the inner service. The layers and the guarded services use this service.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use axum::{
    body::Body,
    extract::Request,
    response::{IntoResponse, Response},
};
use http::request::Parts;
use tower_service::Service;

use super::enforcement::Passed;

/// The code that runs before a service is called, and that can answer in place of the service.
#[expect(unnameable_types, reason = "only the layers of this crate are steps")]
pub trait Step: Clone + Send + Sync + 'static {
    /// Checks the request, and stores the result in the request's extensions. Returns an `Err` with the answer if the
    /// service must not be called.
    ///
    /// The step borrows the request, because a copy would make the boxed `Future` of each waiting request larger.
    fn run(&self, parts: &mut Parts, body: &mut Body) -> impl Future<Output = Result<(), Response>> + Send;

    /// Whether the step changes the answer of the service.
    const CHANGES_ANSWERS: bool = false;

    /// Changes the service's answer to a request that the step has let through.
    fn answer(&self, _passed: &Passed, answer: Response) -> Response {
        answer
    }
}

/// The service that scopegate's layers make. This service runs the layer's step, and then calls the inner service.
#[expect(unnameable_types, reason = "programs have it from a layer, and need not name it")]
#[derive(Clone)]
pub struct Protected<T, C> {
    inner: T,
    step: C,
}

impl<T, C> Protected<T, C> {
    pub(crate) fn new(inner: T, step: C) -> Self {
        Self { inner, step }
    }
}

impl<T, C> Service<Request> for Protected<T, C>
where
    T: Service<Request, Response: IntoResponse, Future: Send> + Clone + Send + 'static,
    C: Step,
{
    type Response = Response;
    type Error = T::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response, T::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), T::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        // `poll_ready` was called on the present inner service, so this service handles the request. The clone handles
        // the next request.
        let clone = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, clone);
        let step = self.step.clone();
        let (mut parts, mut body) = request.into_parts();
        Box::pin(async move {
            if let Err(answer) = step.run(&mut parts, &mut body).await {
                return Ok(answer);
            }
            let passed = if C::CHANGES_ANSWERS { Passed::of(&parts.extensions) } else { None };
            let answer = inner.call(Request::from_parts(parts, body)).await?.into_response();
            Ok(match passed {
                Some(passed) => step.answer(&passed, answer),
                None => answer,
            })
        })
    }
}

impl<T, C> fmt::Debug for Protected<T, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Protected")
    }
}
