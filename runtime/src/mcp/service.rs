//! An MCP server behind its gate.

use std::{
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use axum::{
    extract::Request,
    response::{IntoResponse, Response},
};
use tower_service::Service;

use super::{judge::admit, layer::Endpoint};

/// The service that [`McpLayer`](super::McpLayer) makes: it calls the one inside only with what the token covers.
#[derive(Clone)]
pub struct McpService<T> {
    inner: T,
    endpoint: Arc<Endpoint>,
}

impl<T> McpService<T> {
    pub(super) fn new(inner: T, endpoint: Arc<Endpoint>) -> Self {
        Self { inner, endpoint }
    }
}

impl<T> Service<Request> for McpService<T>
where
    T: Service<Request, Response: IntoResponse, Future: Send> + Clone + Send + 'static,
{
    type Response = Response;
    type Error = T::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response, T::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), T::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        // The clone stays behind for the next request; the service that was polled ready takes this one.
        let clone = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, clone);
        let endpoint = self.endpoint.clone();
        Box::pin(async move {
            match admit(&endpoint, request).await {
                Ok(request) => inner.call(request).await.map(IntoResponse::into_response),
                Err(refusal) => Ok(refusal.into_response()),
            }
        })
    }
}

impl<T> fmt::Debug for McpService<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("McpService")
    }
}
