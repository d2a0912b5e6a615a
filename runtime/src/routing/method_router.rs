//! The methods of one path, each with a declared handler.

mod handlers;
mod services;

use std::{convert::Infallible, fmt};

use axum::{
    error_handling::{HandleError, HandleErrorLayer},
    extract::Request,
    response::IntoResponse,
    routing::Route,
};
use tower_layer::Layer;
use tower_service::Service;

use crate::routing::{MethodFilter, gated::Mounted};

/// The handlers of one path, by method. Unlike [`axum::routing::MethodRouter`], this router takes only declared
/// handlers.
///
/// The type is not `Clone`, because a copy could not have a gate of its own.
///
/// # Examples
///
/// ```
/// use scopegate::{Router, requires_scope, routing::{MethodRouter, get}};
///
/// #[requires_scope("files:read")]
/// async fn read() {}
///
/// #[requires_scope("files:write")]
/// async fn write() {}
///
/// fn file() -> MethodRouter {
///     get(read).put(write)
/// }
///
/// let routes: Router = Router::new().route("/files/{name}", file());
/// ```
#[must_use]
pub struct MethodRouter<S = (), E = Infallible> {
    pub(crate) inner: axum::routing::MethodRouter<S, E>,
    pub(crate) mounted: Vec<Mounted>,
}

impl<S, E> MethodRouter<S, E>
where
    S: Clone + Send + Sync + 'static,
{
    /// Makes a router that answers every method with 405.
    pub fn new() -> Self {
        Self { inner: axum::routing::MethodRouter::new(), mounted: Vec::new() }
    }

    /// Applies a layer to every handler added so far, and to the 405 answer. The layer runs before the guards;
    /// see [`axum::routing::MethodRouter::layer`].
    pub fn layer<L, NewError>(self, layer: L) -> MethodRouter<S, NewError>
    where
        L: Layer<Route<E>> + Clone + Send + Sync + 'static,
        L::Service: Service<Request> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Response: IntoResponse + 'static,
        <L::Service as Service<Request>>::Error: Into<NewError> + 'static,
        <L::Service as Service<Request>>::Future: Send + 'static,
        E: 'static,
        NewError: 'static,
    {
        MethodRouter { inner: self.inner.layer(layer), mounted: self.mounted }
    }

    /// Applies a layer to every handler added so far, but not to the 405 answer. The layer runs before the guards;
    /// see [`axum::routing::MethodRouter::route_layer`].
    ///
    /// # Panics
    ///
    /// Panics if no handler has been added. axum does the same.
    #[track_caller]
    pub fn route_layer<L>(mut self, layer: L) -> Self
    where
        L: Layer<Route<E>> + Clone + Send + Sync + 'static,
        L::Service: Service<Request, Error = E> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Response: IntoResponse + 'static,
        <L::Service as Service<Request>>::Future: Send + 'static,
        E: 'static,
    {
        self.inner = self.inner.route_layer(layer);
        self
    }

    /// Converts the errors of services into responses; see [`axum::routing::MethodRouter::handle_error`].
    ///
    /// A refusal by the gate is not an error of a service, so refusals never reach `answer`.
    pub fn handle_error<F, T>(self, answer: F) -> MethodRouter<S>
    where
        F: Clone + Send + Sync + 'static,
        HandleError<Route<E>, F, T>: Service<Request, Error = Infallible>,
        <HandleError<Route<E>, F, T> as Service<Request>>::Future: Send,
        <HandleError<Route<E>, F, T> as Service<Request>>::Response: IntoResponse + Send,
        T: 'static,
        E: 'static,
    {
        self.layer(HandleErrorLayer::new(answer))
    }

    /// Adds the handlers of another method router.
    ///
    /// # Panics
    ///
    /// Panics if both method routers have a handler for the same method, or if both have a fallback. axum does the same.
    #[track_caller]
    pub fn merge(mut self, other: Self) -> Self {
        self.inner = self.inner.merge(other.inner);
        self.mounted.extend(other.mounted);
        self
    }

    /// Gives the handlers their state; see [`axum::routing::MethodRouter::with_state`].
    pub fn with_state<S2>(self, state: S) -> MethodRouter<S2, E> {
        MethodRouter { inner: self.inner.with_state(state), mounted: self.mounted }
    }

    /// Mounts a fallback. The new fallback replaces the former fallback, or the handler of `any`.
    fn mount_fallback(&mut self, fallback: Mounted) {
        self.mounted.retain(|mounted| mounted.methods != ANY);
        self.mounted.push(fallback);
    }
}

impl<S, E> Default for MethodRouter<S, E>
where
    S: Clone + Send + Sync + 'static,
{
    fn default() -> Self {
        Self::new()
    }
}

impl<S, E> fmt::Debug for MethodRouter<S, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.mounted.iter().map(|mounted| (&mounted.methods, &mounted.row))).finish()
    }
}

/// In a table, this text stands for any method.
pub(crate) const ANY: &str = "*";

fn names_of(filter: MethodFilter) -> String {
    let known = [
        (MethodFilter::GET, "GET"),
        (MethodFilter::HEAD, "HEAD"),
        (MethodFilter::POST, "POST"),
        (MethodFilter::PUT, "PUT"),
        (MethodFilter::PATCH, "PATCH"),
        (MethodFilter::DELETE, "DELETE"),
        (MethodFilter::OPTIONS, "OPTIONS"),
        (MethodFilter::CONNECT, "CONNECT"),
        (MethodFilter::TRACE, "TRACE"),
    ];
    let names: Vec<&str> =
        known.iter().filter(|(one, _)| filter.or(*one) == filter).map(|(_, name)| *name).collect();
    names.join(",")
}
