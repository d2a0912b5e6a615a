//! The router that takes only declared handlers.

mod fallbacks;
mod layers;
mod protect;
mod requiring;

use std::{convert::Infallible, fmt};

use axum::{extract::Request, response::IntoResponse};
use tower_service::Service;

use crate::{
    routing::{
        method_router::ANY,
        mountable::{DeclaredMethods, DeclaredRoutes, DeclaredService},
        mounts::Mounts,
        service::ServiceGuard,
    },
    scope::ScopeTable,
};

/// An [`axum::Router`] for declared handlers. Each handler must have `#[requires_scope]`, `#[authenticated]` or
/// `#[public]`, or must be wrapped in [`guarded`](crate::guarded), [`authenticated`](fn@crate::authenticated) or
/// [`public`](fn@crate::public). Other handlers do not compile.
///
/// To turn this router into an axum router, call [`Router::protect`]. The type is not `Clone`, because a copy could not
/// have a gate of its own.
///
/// # Examples
///
/// ```
/// use scopegate::{Gate, Resource, Router, public, requires_scope, routing::get};
/// # use scopegate::{Presented, Token, TokenVerifier, VerifyError};
/// # struct Sessions;
/// # impl TokenVerifier for Sessions {
/// #     async fn verify(&self, _: &Presented<'_>) -> Result<Token, VerifyError> { Err(VerifyError::expired()) }
/// # }
///
/// #[requires_scope("files:read")]
/// async fn list() -> &'static str {
///     "hello.txt"
/// }
///
/// #[public]
/// async fn health() {}
///
/// let resource = Resource::new("https://files.example.com")?.authorization_server("https://auth.example.com")?;
/// let app: axum::Router = Router::new()
///     .route("/files", get(list))
///     .route("/health", get(health))
///     .protect(Gate::new(resource, Sessions))?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// A handler without a declaration does not compile:
///
/// ```compile_fail
/// async fn list() {}
///
/// scopegate::Router::<()>::new().route("/files", scopegate::routing::get(list));
/// // error: this handler declares no scope
/// ```
#[must_use]
pub struct Router<S = ()> {
    inner: axum::Router<S>,
    pub(super) mounts: Mounts,
}

impl<S> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    /// Makes a router that answers every request with 404.
    pub fn new() -> Self {
        Self { inner: axum::Router::new(), mounts: Mounts::default() }
    }

    /// Adds the handlers of a path; see [`axum::Router::route`].
    ///
    /// # Panics
    ///
    /// Panics if the route overlaps with another route, or if its path is invalid. axum does the same.
    #[track_caller]
    pub fn route<M: DeclaredMethods<S>>(mut self, path: &str, methods: M) -> Self {
        let methods = methods.methods();
        self.inner = self.inner.route(path, methods.inner);
        self.mounts.add_methods(path, methods.mounted);
        self
    }

    /// Adds a service for all methods of a path; see [`axum::Router::route_service`].
    ///
    /// Declare the scopes of the service with [`guarded`](crate::guarded), [`public`](fn@crate::public)
    /// or [`authenticated`](fn@crate::authenticated).
    ///
    /// # Panics
    ///
    /// Panics if the route overlaps with another route, or if its path is invalid. axum does the same.
    #[track_caller]
    pub fn route_service<G: DeclaredService<T>, T>(mut self, path: &str, service: G) -> Self
    where
        T: Service<Request, Error = Infallible> + Clone + Send + Sync + 'static,
        T::Response: IntoResponse,
        T::Future: Send + 'static,
    {
        let (service, mounted) = ServiceGuard::mount(service.guarded(), ANY.to_owned());
        self.inner = self.inner.route_service(path, service);
        self.mounts.add_service(path, mounted);
        self
    }

    /// Adds a service for `path` and for all paths below it. The service sees the request's path without the prefix
    /// `path`; see [`axum::Router::nest_service`].
    ///
    /// Declare the scopes of the service with [`guarded`](crate::guarded), [`public`](fn@crate::public) or
    /// [`authenticated`](fn@crate::authenticated). The table has a row for `path`, a row for `path` with a slash at the
    /// end, and a row with `{*rest}` for the paths below `path`. Scope templates cannot take values from `{*rest}`.
    ///
    /// # Panics
    ///
    /// Panics if the path is invalid, or if a route overlaps with another route. axum does the same.
    ///
    /// # Examples
    ///
    /// This router serves the files in `assets` to everyone, and the files in `reports` only to callers with the scope
    /// `reports:read`:
    ///
    /// ```
    /// use scopegate::{Router, guarded, public, requirement};
    /// use tower_http::services::ServeDir;
    ///
    /// let routes: Router = Router::new()
    ///     .nest_service("/assets", public(ServeDir::new("assets")))
    ///     .nest_service("/reports", guarded(requirement!("reports:read"), ServeDir::new("reports")));
    /// assert_eq!(
    ///     routes.table().to_string(),
    ///     "\
    /// *  /assets           public
    /// *  /assets/          public
    /// *  /assets/{*rest}   public
    /// *  /reports          reports:read
    /// *  /reports/         reports:read
    /// *  /reports/{*rest}  reports:read
    /// ",
    /// );
    /// ```
    #[track_caller]
    pub fn nest_service<G: DeclaredService<T>, T>(mut self, path: &str, service: G) -> Self
    where
        T: Service<Request, Error = Infallible> + Clone + Send + Sync + 'static,
        T::Response: IntoResponse,
        T::Future: Send + 'static,
    {
        let (service, mounted) = ServiceGuard::mount(service.guarded(), ANY.to_owned());
        self.inner = self.inner.nest_service(path, service);
        self.mounts.add_nested_service(path, &mounted);
        self
    }

    /// Adds the routes of another router below `path`; see [`axum::Router::nest`].
    ///
    /// # Panics
    ///
    /// Panics if a route overlaps with another route, or if `path` is invalid. axum does the same.
    #[track_caller]
    pub fn nest<R: DeclaredRoutes<S>>(mut self, path: &str, router: R) -> Self {
        let router = router.routes();
        self.inner = self.inner.nest(path, router.inner);
        self.mounts.nest(path, router.mounts);
        self
    }

    /// Adds the routes of another router; see [`axum::Router::merge`].
    ///
    /// # Panics
    ///
    /// Panics if a route overlaps with another route, or if both routers have a fallback. axum does the same.
    #[track_caller]
    pub fn merge<R: DeclaredRoutes<S>>(mut self, other: R) -> Self {
        let other = other.routes();
        self.inner = self.inner.merge(other.inner);
        self.mounts.merge(other.mounts);
        self
    }

    /// Provides the state of the handlers; see [`axum::Router::with_state`].
    pub fn with_state<S2>(self, state: S) -> Router<S2> {
        Router { inner: self.inner.with_state(state), mounts: self.mounts }
    }

    /// Allows paths whose segments begin with `:` or `*`; see [`axum::Router::without_v07_checks`].
    pub fn without_v07_checks(mut self) -> Self {
        self.inner = self.inner.without_v07_checks();
        self
    }

    /// Tells whether there is a route; see [`axum::Router::has_routes`].
    #[must_use]
    pub fn has_routes(&self) -> bool {
        self.inner.has_routes()
    }
}

impl<S> Router<S> {
    /// Returns the requirement of each route. In the table, a fallback is a route at `/*`. If a router is nested at
    /// `/api`, its fallback is a route at `/api/*`.
    pub fn table(&self) -> ScopeTable {
        self.mounts.table()
    }
}

impl<S> Default for Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    fn default() -> Self {
        Self::new()
    }
}

impl<S> fmt::Debug for Router<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Router").field("table", &self.table()).finish_non_exhaustive()
    }
}
