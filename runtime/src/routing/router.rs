//! The router that takes only declared handlers.

use std::{convert::Infallible, fmt};

use axum::{extract::Request, response::IntoResponse, routing::Route};
use tower_layer::Layer;
use tower_service::Service;

use crate::{
    enforce::{Plan, Prebuilt, mistaken_templates},
    gate::Gate,
    policy::StartupError,
    routing::{
        declared::Declared,
        function::HandlerFn,
        gated::{Gated, Mounted},
        guarded::Guarded,
        method_router::{ANY, MethodRouter},
        service::ServiceGuard,
    },
    scope::{Entry, ScopeTable},
    well_known::{self, Discovery},
};

/// [`axum::Router`] for declared handlers: a handler without `#[requires_scope]`, `#[authenticated]` or `#[public]`
/// does not compile.
///
/// It becomes an axum router by [`Router::protect`], and not otherwise. It is not `Clone`, since a copy would share the
/// places that `protect` fills with the gate.
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
/// A handler that declares nothing:
///
/// ```compile_fail
/// async fn list() {}
///
/// scopegate::Router::<()>::new().route("/files", scopegate::routing::get(list));
/// // error: this handler declares no scope requirement
/// ```
#[must_use]
pub struct Router<S = ()> {
    inner: axum::Router<S>,
    pub(super) routes: Vec<MountedRoute>,
}

pub(super) struct MountedRoute {
    pub(super) path: String,
    pub(super) mounted: Mounted,
}

impl<S> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    /// Makes a router that answers every request with 404.
    pub fn new() -> Self {
        Self { inner: axum::Router::new(), routes: Vec::new() }
    }

    /// Adds the handlers of a path; see [`axum::Router::route`].
    ///
    /// # Panics
    ///
    /// When the path overlaps with another, or is none, as in axum.
    #[track_caller]
    pub fn route(mut self, path: &str, methods: MethodRouter<S>) -> Self {
        self.inner = self.inner.route(path, methods.inner);
        self.mount(path, methods.mounted);
        self
    }

    /// Adds a service for all methods of a path; see [`axum::Router::route_service`].
    ///
    /// [`guarded`](crate::guarded), [`public`](fn@crate::public) and [`authenticated`](fn@crate::authenticated) say what it
    /// needs.
    ///
    /// # Panics
    ///
    /// When the path overlaps with another, or is none, as in axum.
    #[track_caller]
    pub fn route_service<T>(mut self, path: &str, service: Guarded<T>) -> Self
    where
        T: Service<Request, Error = Infallible> + Clone + Send + Sync + 'static,
        T::Response: IntoResponse,
        T::Future: Send + 'static,
    {
        let (service, mounted) = ServiceGuard::mount(service, ANY.to_owned());
        self.inner = self.inner.route_service(path, service);
        self.mount(path, vec![mounted]);
        self
    }

    /// Adds the routes of another router below `path`; see [`axum::Router::nest`].
    ///
    /// # Panics
    ///
    /// When a path overlaps with another, as in axum.
    #[track_caller]
    pub fn nest(mut self, path: &str, router: Self) -> Self {
        self.inner = self.inner.nest(path, router.inner);
        let prefix = path.trim_end_matches('/');
        self.routes.extend(router.routes.into_iter().map(|mut route| {
            // As axum joins them: below `/a`, `/` is `/a`; below `/a/`, it is `/a/`.
            let is_prefix_itself = route.path == "/" && !path.ends_with('/');
            route.path = if is_prefix_itself { prefix.to_owned() } else { format!("{prefix}{}", route.path) };
            route
        }));
        self
    }

    /// Adds the routes of another router; see [`axum::Router::merge`].
    ///
    /// # Panics
    ///
    /// When a path overlaps with another, or both have a fallback, as in axum.
    #[track_caller]
    pub fn merge(mut self, other: Self) -> Self {
        self.inner = self.inner.merge(other.inner);
        self.routes.extend(other.routes);
        self
    }

    /// Applies a layer to all routes so far. It runs before their guards; see [`axum::Router::layer`].
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

    /// Sets the handler of requests that no route matches; see [`axum::Router::fallback`].
    pub fn fallback<H, T, D>(mut self, handler: H) -> Self
    where
        H: Declared<D> + HandlerFn<T, S>,
        T: 'static,
    {
        let (handler, mounted) = Gated::mount(handler, ANY.to_owned());
        self.inner = self.inner.fallback(handler);
        self.mount("/*", vec![mounted]);
        self
    }

    /// Provides the state of the handlers; see [`axum::Router::with_state`].
    pub fn with_state<S2>(self, state: S) -> Router<S2> {
        Router { inner: self.inner.with_state(state), routes: self.routes }
    }

    fn mount(&mut self, path: &str, mounted: Vec<Mounted>) {
        self.routes
            .extend(mounted.into_iter().map(|mounted| MountedRoute { path: path.to_owned(), mounted }));
    }
}

impl<S> Router<S> {
    /// Returns what each route needs.
    pub fn table(&self) -> ScopeTable {
        self.routes
            .iter()
            .map(|route| {
                Entry::route(route.mounted.methods.clone(), route.path.clone(), (*route.mounted.row).clone())
            })
            .collect()
    }
}

impl Router {
    /// Puts `gate` before every route, and adds the routes of its metadata document.
    ///
    /// It is the short form for one gate at the root of a server; see [`Router::split`] for several, or a nested one.
    ///
    /// # Errors
    ///
    /// When the gate or the routes cannot work; the error lists everything that is wrong.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "the last step for most programs, which need the gate no more"
    )]
    pub fn protect(self, gate: Gate) -> Result<axum::Router, StartupError> {
        let table = self.table();
        let discovery = Discovery::new(&gate, &table);
        let mut problems = gate.problems(&table);
        problems.extend(gate.routes_outside(&table));
        problems.extend(mistaken_templates(&gate, &table));
        problems.extend(well_known::clashes_with_routes(&discovery, &table));
        StartupError::unless(problems, || {
            self.behind(&gate, &table).merge(well_known::mount(&[discovery], &table))
        })
    }

    /// Puts `gate` before every route, and returns apart what clients look for at the root of the server.
    ///
    /// The routes can then be nested, while [`well_known`](crate::well_known()) mounts the metadata document where clients
    /// look for it.
    ///
    /// # Errors
    ///
    /// When the gate cannot work. Templates are not compared with paths, of which the nesting is not known yet: one
    /// that its path cannot fill in is a 500 for each request with a valid token.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::{Gate, Resource, Router, requires_scope, routing::get, well_known};
    /// # use scopegate::{Presented, Token, TokenVerifier, VerifyError};
    /// # struct Sessions;
    /// # impl TokenVerifier for Sessions {
    /// #     async fn verify(&self, _: &Presented<'_>) -> Result<Token, VerifyError> { Err(VerifyError::expired()) }
    /// # }
    ///
    /// #[requires_scope("files:read")]
    /// async fn list() {}
    ///
    /// let resource = Resource::new("https://example.com/api")?.authorization_server("https://auth.example.com")?;
    /// let (api, discovery) = Router::new().route("/files", get(list)).split(Gate::new(resource, Sessions))?;
    /// assert_eq!(discovery.paths(), ["/.well-known/oauth-protected-resource/api"]);
    /// let app: axum::Router = well_known([discovery])?.nest("/api", api);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[expect(clippy::needless_pass_by_value, reason = "as in `protect`")]
    pub fn split(self, gate: Gate) -> Result<(axum::Router, Discovery), StartupError> {
        let table = self.table();
        StartupError::unless(gate.problems(&table), || {
            let discovery = Discovery::new(&gate, &table);
            (self.behind(&gate, &table), discovery)
        })
    }

    fn behind(self, gate: &Gate, table: &ScopeTable) -> axum::Router {
        fill(&self.routes, gate);
        match gate.resource() {
            Some(_) => self.inner,
            None => self.inner.merge(well_known::nothing_below_routes(table)),
        }
    }
}

/// Gives every mounted handler its plan.
fn fill(routes: &[MountedRoute], gate: &Gate) {
    let prebuilt = Prebuilt::of(gate, routes.iter().map(|route| &*route.mounted.row));
    for route in routes {
        let plan = || Plan::new(gate.clone(), route.mounted.row.clone(), prebuilt.clone()).into();
        route.mounted.slot.get_or_init(plan);
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
