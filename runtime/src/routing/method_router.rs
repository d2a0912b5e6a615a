//! The methods of one path, each with a declared handler.

use std::{convert::Infallible, fmt};

use axum::{extract::Request, response::IntoResponse, routing::Route};
use tower_layer::Layer;
use tower_service::Service;

use crate::routing::{
    MethodFilter,
    declared::Declared,
    function::HandlerFn,
    gated::{Gated, Mounted},
};

/// The handlers of one path, by method: [`axum::routing::MethodRouter`] for declared handlers.
///
/// It is not `Clone`: a copy would share the place that [`Router::protect`](crate::Router::protect) fills with the gate.
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
pub struct MethodRouter<S = ()> {
    pub(crate) inner: axum::routing::MethodRouter<S>,
    pub(crate) mounted: Vec<Mounted>,
}

impl<S> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    /// Makes one that answers every method with 405.
    pub fn new() -> Self {
        Self { inner: axum::routing::MethodRouter::new(), mounted: Vec::new() }
    }

    pub(crate) fn any<H, T, D>(handler: H) -> Self
    where
        H: Declared<D> + HandlerFn<T, S>,
        T: 'static,
    {
        let (handler, mounted) = Gated::mount(handler, ANY.to_owned());
        Self { inner: axum::routing::any(handler), mounted: vec![mounted] }
    }

    /// Adds a handler for the methods that `filter` matches.
    ///
    /// # Panics
    ///
    /// When one of the methods has a handler already, as in axum.
    #[track_caller]
    pub fn on<H, T, D>(mut self, filter: MethodFilter, handler: H) -> Self
    where
        H: Declared<D> + HandlerFn<T, S>,
        T: 'static,
    {
        let (handler, mounted) = Gated::mount(handler, names_of(filter));
        self.inner = self.inner.on(filter, handler);
        self.mounted.push(mounted);
        self
    }

    /// Adds a handler for `GET` requests, and `HEAD` requests, whose body axum leaves out.
    ///
    /// # Panics
    ///
    /// When the method has a handler already, as in axum.
    #[track_caller]
    pub fn get<H, T, D>(self, handler: H) -> Self
    where
        H: Declared<D> + HandlerFn<T, S>,
        T: 'static,
    {
        self.on(MethodFilter::GET, handler)
    }

    /// Adds a handler for `POST` requests.
    ///
    /// # Panics
    ///
    /// When the method has a handler already, as in axum.
    #[track_caller]
    pub fn post<H, T, D>(self, handler: H) -> Self
    where
        H: Declared<D> + HandlerFn<T, S>,
        T: 'static,
    {
        self.on(MethodFilter::POST, handler)
    }

    /// Adds a handler for `PUT` requests.
    ///
    /// # Panics
    ///
    /// When the method has a handler already, as in axum.
    #[track_caller]
    pub fn put<H, T, D>(self, handler: H) -> Self
    where
        H: Declared<D> + HandlerFn<T, S>,
        T: 'static,
    {
        self.on(MethodFilter::PUT, handler)
    }

    /// Adds a handler for `PATCH` requests.
    ///
    /// # Panics
    ///
    /// When the method has a handler already, as in axum.
    #[track_caller]
    pub fn patch<H, T, D>(self, handler: H) -> Self
    where
        H: Declared<D> + HandlerFn<T, S>,
        T: 'static,
    {
        self.on(MethodFilter::PATCH, handler)
    }

    /// Adds a handler for `DELETE` requests.
    ///
    /// # Panics
    ///
    /// When the method has a handler already, as in axum.
    #[track_caller]
    pub fn delete<H, T, D>(self, handler: H) -> Self
    where
        H: Declared<D> + HandlerFn<T, S>,
        T: 'static,
    {
        self.on(MethodFilter::DELETE, handler)
    }

    /// Adds a handler for `HEAD` requests.
    ///
    /// # Panics
    ///
    /// When the method has a handler already, as in axum.
    #[track_caller]
    pub fn head<H, T, D>(self, handler: H) -> Self
    where
        H: Declared<D> + HandlerFn<T, S>,
        T: 'static,
    {
        self.on(MethodFilter::HEAD, handler)
    }

    /// Adds a handler for `OPTIONS` requests.
    ///
    /// # Panics
    ///
    /// When the method has a handler already, as in axum.
    #[track_caller]
    pub fn options<H, T, D>(self, handler: H) -> Self
    where
        H: Declared<D> + HandlerFn<T, S>,
        T: 'static,
    {
        self.on(MethodFilter::OPTIONS, handler)
    }

    /// Adds a handler for `CONNECT` requests.
    ///
    /// # Panics
    ///
    /// When the method has a handler already, as in axum.
    #[track_caller]
    pub fn connect<H, T, D>(self, handler: H) -> Self
    where
        H: Declared<D> + HandlerFn<T, S>,
        T: 'static,
    {
        self.on(MethodFilter::CONNECT, handler)
    }

    /// Adds a handler for `TRACE` requests.
    ///
    /// # Panics
    ///
    /// When the method has a handler already, as in axum.
    #[track_caller]
    pub fn trace<H, T, D>(self, handler: H) -> Self
    where
        H: Declared<D> + HandlerFn<T, S>,
        T: 'static,
    {
        self.on(MethodFilter::TRACE, handler)
    }

    /// Applies a layer to every handler so far. It runs before their guards.
    pub fn layer<L>(mut self, layer: L) -> Self
    where
        L: Layer<Route> + Clone + Send + Sync + 'static,
        L::Service: Service<Request> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Response: IntoResponse + 'static,
        <L::Service as Service<Request>>::Error: Into<Infallible> + 'static,
        <L::Service as Service<Request>>::Future: Send + 'static,
    {
        self.inner = self.inner.layer(layer);
        self
    }

    /// Adds the handlers of another.
    ///
    /// # Panics
    ///
    /// When both have a handler for one method, as in axum.
    #[track_caller]
    pub fn merge(mut self, other: Self) -> Self {
        self.inner = self.inner.merge(other.inner);
        self.mounted.extend(other.mounted);
        self
    }
}

impl<S> Default for MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    fn default() -> Self {
        Self::new()
    }
}

impl<S> fmt::Debug for MethodRouter<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.mounted.iter().map(|mounted| (&mounted.methods, &mounted.row))).finish()
    }
}

/// How a table writes that every method is meant.
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
