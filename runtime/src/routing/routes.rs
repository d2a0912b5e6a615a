//! Handlers with `#[utoipa::path]`, each mounted at the path that this attribute names.

use std::{convert::Infallible, fmt};

use axum::{extract::Request, response::IntoResponse, routing::Route};
use tower_layer::Layer;
use tower_service::Service;
use utoipa::openapi::OpenApi;

use super::{
    declared::Declared,
    documentation::{Documented, tell_apart},
    function::HandlerFn,
    guarded::GuardedOnce,
    method_router::MethodRouter,
    router::Router,
};

/// Documented handlers, each with its path and its methods. [`routes!`](crate::routes) makes this value
/// for [`Router::routes`].
///
/// # Examples
///
/// ```
/// use scopegate::{Router, requires_scope, routes, routing::Routes};
///
/// #[utoipa::path(get, path = "/files", responses((status = 200)))]
/// #[requires_scope("files:read")]
/// async fn list() {}
///
/// let files: Routes = routes!(list);
/// let routes: Router = Router::new().routes(files);
/// assert!(routes.has_routes());
/// ```
#[must_use]
pub struct Routes<S = ()>(Vec<(String, MethodRouter<S>)>);

impl<S> Routes<S>
where
    S: Clone + Send + Sync + 'static,
{
    #[doc(hidden)] // For generated code.
    pub fn new() -> Self {
        Self(Vec::new())
    }

    #[doc(hidden)] // For generated code.
    #[rustfmt::skip] // The compiler's error quotes all lines from the name to the bound, so both are on one line.
    pub fn add<P: Documented, H: Declared<D> + HandlerFn<D, M, S> + GuardedOnce<D, M>, D, M>(mut self, _kept: fn() -> P, handler: H) -> Self
    {
        let documentation = P::documentation();
        if let Some(filter) = documentation.filter() {
            let mut methods = MethodRouter::new().on(filter, handler);
            for mounted in &mut methods.mounted {
                mounted.documentation = Some(documentation.clone());
            }
            self.0.push((documentation.path, methods));
        }
        self
    }

    /// Applies a layer to every handler added so far. The layer runs before the guards.
    pub fn layer<L>(self, layer: L) -> Self
    where
        L: Layer<Route> + Clone + Send + Sync + 'static,
        L::Service: Service<Request> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Response: IntoResponse + 'static,
        <L::Service as Service<Request>>::Error: Into<Infallible> + 'static,
        <L::Service as Service<Request>>::Future: Send + 'static,
    {
        Self(self.0.into_iter().map(|(path, methods)| (path, methods.layer(layer.clone()))).collect())
    }
}

impl<S> fmt::Debug for Routes<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.0.iter().map(|(path, methods)| (path, methods))).finish()
    }
}

impl<S> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    /// Adds documented handlers; see [`routes!`](crate::routes).
    ///
    /// # Panics
    ///
    /// Panics if two handlers have the same path and method, if a path overlaps with another path, or if a path is
    /// invalid. axum does the same.
    #[track_caller]
    pub fn routes(self, routes: Routes<S>) -> Self {
        routes.0.into_iter().fold(self, |router, (path, methods)| router.route(&path, methods))
    }
}

impl<S> Router<S> {
    /// Takes utoipa's documentation of all handlers that are mounted with [`routes!`](crate::routes), and adds it to
    /// `openapi`. Each operation is added at its path in this router, together with the schemas that the operation
    /// refers to.
    ///
    /// The argument `openapi` is a document that describes the API as a whole, for example with a title. In the paths
    /// of the document, `{*rest}` becomes `{rest}`. If a handler does not describe a path parameter, the document
    /// describes the parameter as a string. For example, a handler need not describe the parameters of the path at
    /// which its router is nested. If operations share an id, each of them gets a new id, which contains the
    /// operation's method and path.
    ///
    /// Afterwards, call [`ScopeTable::apply_to`](crate::ScopeTable::apply_to) to add the requirement of each operation.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::{Router, requires_scope, routes};
    /// use utoipa::OpenApi;
    ///
    /// #[utoipa::path(get, path = "/files", responses((status = 200)))]
    /// #[requires_scope("files:read")]
    /// async fn list() {}
    ///
    /// #[derive(OpenApi)]
    /// #[openapi(info(title = "Files"))]
    /// struct Documentation;
    ///
    /// let files: Router = Router::new().routes(routes!(list));
    /// let openapi = Router::<()>::new().nest("/api", files).openapi(Documentation::openapi());
    /// assert_eq!(openapi.info.title, "Files");
    /// assert!(openapi.paths.paths.contains_key("/api/files"));
    /// ```
    #[must_use]
    pub fn openapi(&self, mut openapi: OpenApi) -> OpenApi {
        for (path, documentation) in self.mounts.documented() {
            documentation.add_to(&mut openapi, path);
        }
        tell_apart(&mut openapi);
        openapi
    }
}
