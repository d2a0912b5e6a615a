//! Declares the scopes of handlers and services that have no attribute.

use std::{
    any::type_name,
    fmt,
    marker::{PhantomData, PhantomPinned},
    panic::Location,
};

use axum::{extract::Request, handler::Handler, response::IntoResponse};

use crate::{
    enforce::enforce_for_gates_inside,
    routing::gated::Answering,
    scope::{Entry, Requirement, Row, RowRef, ScopeTable, Text},
};

/// A handler or a service with its requirement. To make one, call [`guarded`], [`public`](fn@crate::public)
/// or [`authenticated`](fn@crate::authenticated).
///
/// You can use a guarded handler wherever you can use a handler with an attribute, even in a plain axum router
/// behind [`Gate::layer`](crate::Gate::layer). The requirement is enforced before any extractor runs and before the
/// body is read. Without a gate, the answer is 500.
///
/// # Examples
///
/// ```
/// use scopegate::{Router, guarded, requirement, routing::Guarded};
///
/// /// Puts the pages of a directory behind a scope.
/// fn pages(directory: axum::Router) -> Guarded<axum::Router> {
///     guarded(requirement!("pages:read"), directory)
/// }
///
/// let routes: Router = Router::new().nest_service("/pages", pages(axum::Router::new()));
/// assert_eq!(routes.table().entries().len(), 3);
/// ```
#[derive(Clone)]
#[must_use]
pub struct Guarded<T> {
    pub(super) inner: T,
    pub(super) row: RowRef,
}

impl<T> Guarded<T> {
    #[track_caller]
    fn new(requirement: Requirement, inner: T) -> Self {
        let caller = Location::caller();
        let row = Row::named(requirement, readable(type_name::<T>()), caller.file(), caller.line());
        Self { inner, row: row.into() }
    }

    /// Returns a table with one row. The row contains the requirement, but no route.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::{ScopeTable, guarded, requirement, requires_scope, scope_table};
    ///
    /// #[requires_scope("files:read")]
    /// async fn list() {}
    ///
    /// let export = guarded(requirement!("files:export"), async || "all files");
    /// let table: ScopeTable = scope_table![list].and(&export.table());
    /// assert_eq!(table.entries().len(), 2);
    /// ```
    #[must_use]
    pub fn table(&self) -> ScopeTable {
        ScopeTable::from_iter([Entry::of_handler((*self.row).clone())])
    }
}

/// Returns the name of a type. For a closure, the name is the path of the function that contains the closure.
fn readable(type_name: &'static str) -> Text {
    const CLOSURE: &str = "::{{closure}}";
    if type_name.contains(CLOSURE) {
        (&*type_name.replace(CLOSURE, "")).into()
    } else {
        Text::Static(type_name)
    }
}

/// If the inner handler implements axum's `Handler<T, S>`, the guarded handler implements `Handler<WithGuard<T>, S>`.
/// Like [`Guard`](crate::Guard), `WithGuard` is not `Unpin`.
#[derive(Debug)]
pub struct WithGuard<T>(PhantomData<(fn() -> T, PhantomPinned)>);

/// The arguments of a handler that has no guard.
///
/// If a handler had a second guard, the second guard would be enforced, but no table would show it. So the compiler
/// must recognize a handler that already has a guard. The type of a guard is not `Unpin`, so that the compiler can
/// recognize the guard. Other extractors are `Unpin`, because they contain no pointers to themselves.
#[diagnostic::on_unimplemented(
    message = "this handler already declares its scopes; declare all of them in one place: in its attribute, or in \
               `guarded(requirement!(..), ..)` around a handler without one"
)]
pub trait Unguarded: sealed::Sealed {}

impl<T: Unpin> sealed::Sealed for T {}

#[diagnostic::do_not_recommend]
impl<T: Unpin> Unguarded for T {}

/// A handler with exactly one guard. The guard comes from the handler's attribute, or from [`guarded`] around a handler
/// without an attribute.
///
/// `D` and `M` are the type parameters of the handler's [`Declared`](super::Declared)
/// and [`HandlerFn`](super::HandlerFn). A function that takes any handler needs these two traits and `GuardedOnce`
/// as bounds, as in the example.
///
/// # Examples
///
/// ```
/// use scopegate::{Router, routing::{Declared, GuardedOnce, HandlerFn, get}};
///
/// fn at_root<D, M>(handler: impl Declared<D> + HandlerFn<D, M, ()> + GuardedOnce<D, M>) -> Router {
///     Router::new().route("/", get(handler))
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "this handler already declares its scopes; declare all of them in one place: in its attribute, or in \
               `guarded(requirement!(..), ..)` around a handler without one"
)]
pub trait GuardedOnce<D, M>: sealed::Once<D, M> {}

#[diagnostic::do_not_recommend]
impl<H, D: sealed::Leaves<M>, M> GuardedOnce<D, M> for H {}

pub(super) mod sealed {
    use super::{Unguarded, WithGuard};
    use crate::routing::declared::{Beside, InLayer};

    #[expect(unnameable_types, reason = "other crates cannot name this trait, so they cannot implement it")]
    pub trait Sealed {}

    #[expect(unnameable_types, reason = "other crates cannot name this trait, so they cannot implement it")]
    pub trait Once<D, M> {}

    impl<H, D: Leaves<M>, M> Once<D, M> for H {}

    /// The type parameter `D` of `GuardedOnce` implements `Leaves<M>` if the arguments in `M` contain no second guard.
    #[expect(unnameable_types, reason = "other crates cannot name this trait, so they cannot implement it")]
    pub trait Leaves<M> {}

    impl<T: Unguarded> Leaves<WithGuard<T>> for Beside {}

    impl<Args, M> Leaves<M> for InLayer<Args> {}

    /// A function with a scope attribute has at least one argument, the guard that the attribute adds. A function
    /// without arguments therefore has no scope attribute and no declaration. `Declared` already rejects it. Without
    /// this implementation, the compiler would report the missing declaration twice.
    impl<M> Leaves<M> for () {}
}

impl<H, T, S> Handler<WithGuard<T>, S> for Guarded<H>
where
    H: Handler<T, S>,
    T: Unguarded,
    S: Send + Sync + 'static,
{
    type Future = Answering;

    fn call(self, request: Request, state: S) -> Answering {
        self.call_guarded(request, state)
    }
}

impl<H> Guarded<H> {
    pub(super) fn call_guarded<T, S>(self, request: Request, state: S) -> Answering
    where
        H: Handler<T, S>,
        S: Send + 'static,
    {
        Box::pin(async move {
            let (mut parts, body) = request.into_parts();
            match enforce_for_gates_inside(&mut parts, &self.row).await {
                Ok(()) => self.inner.call(Request::from_parts(parts, body), state).await,
                Err(rejection) => rejection.into_response(),
            }
        })
    }
}

/// Declares the scopes of a handler or a service that cannot have an attribute, such as a closure or an item of another
/// crate.
///
/// # Examples
///
/// ```
/// use axum::extract::State;
/// use scopegate::{Router, guarded, requirement, routing::get};
///
/// let count = guarded(requirement!("files:read"), async |State(count): State<usize>| count.to_string());
/// let routes: Router = Router::new().route("/count", get(count)).with_state(7);
/// assert_eq!(routes.table().to_string(), "GET  /count  files:read\n");
/// ```
///
/// The requirement can also come from the program's configuration, at run time:
///
/// ```
/// use scopegate::{Requirement, Router, guarded, routing::get};
///
/// let configured: Requirement = "files:export | files:admin".parse()?;
/// let routes: Router = Router::new().route("/export", get(guarded(configured, async || "all files")));
/// assert_eq!(routes.table().to_string(), "GET  /export  files:export | files:admin\n");
/// # Ok::<(), scopegate::InvalidRequirement>(())
/// ```
///
/// For a service:
///
/// ```
/// use std::convert::Infallible;
///
/// use axum::{extract::Request, response::Response};
/// use scopegate::{Router, guarded, requirement};
/// use tower::service_fn;
///
/// let export = service_fn(async |_: Request| Ok::<_, Infallible>(Response::new("all files".to_owned())));
/// let routes: Router = Router::new().route_service("/export", guarded(requirement!("files:export"), export));
/// assert_eq!(routes.table().to_string(), "*  /export  files:export\n");
/// ```
///
/// # Limits
///
/// - Do not wrap a handler that has an attribute or is already `guarded`: the program would not compile. Declare all
///   scopes of a handler in one place.
/// - A layer around `guarded(..)` does not compile. Put the layer around the handler, as in
///   `guarded(requirement, handler.layer(layer))`. The layer then runs after the guard. By contrast, layers of a
///   [`MethodRouter`](crate::routing::MethodRouter) run before the guard.
#[track_caller]
pub fn guarded<T>(requirement: Requirement, inner: T) -> Guarded<T> {
    Guarded::new(requirement, inner)
}

/// Declares that a handler or a service needs no token.
///
/// # Examples
///
/// ```
/// use std::convert::Infallible;
///
/// use axum::{extract::Request, response::Response};
/// use scopegate::{Router, public, routing::get};
/// use tower::service_fn;
///
/// let style = service_fn(async |_: Request| Ok::<_, Infallible>(Response::new("body { margin: 0 }".to_owned())));
/// let routes: Router = Router::new()
///     .route("/health", get(public(async || "up")))
///     .route_service("/style.css", public(style));
/// assert_eq!(routes.table().to_string(), "GET  /health     public\n*    /style.css  public\n");
/// ```
#[track_caller]
pub fn public<T>(inner: T) -> Guarded<T> {
    Guarded::new(Requirement::PUBLIC, inner)
}

/// Declares that a handler or a service needs a valid token. The token needs no scopes beyond the gate's floor.
///
/// # Examples
///
/// ```
/// use std::convert::Infallible;
///
/// use axum::{extract::Request, response::Response};
/// use scopegate::{Access, Router, authenticated, routing::get};
/// use tower::service_fn;
///
/// let whoami = async |access: Access| access.subject().unwrap_or("nobody").to_owned();
/// let news = service_fn(async |_: Request| Ok::<_, Infallible>(Response::new("nothing new".to_owned())));
/// let routes: Router = Router::new()
///     .route("/whoami", get(authenticated(whoami)))
///     .route_service("/news", authenticated(news));
/// assert_eq!(routes.table().to_string(), "GET  /whoami  authenticated\n*    /news    authenticated\n");
/// ```
#[track_caller]
pub fn authenticated<T>(inner: T) -> Guarded<T> {
    Guarded::new(Requirement::AUTHENTICATED, inner)
}

impl<T> fmt::Debug for Guarded<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guarded").field("row", &self.row).finish_non_exhaustive()
    }
}
