//! The functions `get`, `post`, `get_service` and others, as in [`axum::routing::method_routing`].
//!
//! [`routing`](crate::routing) re-exports all of them.

// The functions are written out one by one. With a macro, the compiler's message for an undeclared handler would be
// eight lines longer.

mod services;

pub use super::method_router::MethodRouter;
use super::{MethodFilter, declared::Declared, function::HandlerFn, guarded::GuardedOnce};
pub use services::{
    any_service, connect_service, delete_service, get_service, head_service, on_service, options_service,
    patch_service, post_service, put_service, trace_service,
};

/// Routes `GET` requests to `handler`. The handler also answers `HEAD` requests, and axum leaves out the body of these
/// answers.
pub fn get<H: Declared<D> + HandlerFn<D, M, S> + GuardedOnce<D, M>, D, M, S>(handler: H) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    MethodRouter::new().get(handler)
}

/// Routes `POST` requests to `handler`.
pub fn post<H: Declared<D> + HandlerFn<D, M, S> + GuardedOnce<D, M>, D, M, S>(handler: H) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    MethodRouter::new().post(handler)
}

/// Routes `PUT` requests to `handler`.
pub fn put<H: Declared<D> + HandlerFn<D, M, S> + GuardedOnce<D, M>, D, M, S>(handler: H) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    MethodRouter::new().put(handler)
}

/// Routes `PATCH` requests to `handler`.
pub fn patch<H: Declared<D> + HandlerFn<D, M, S> + GuardedOnce<D, M>, D, M, S>(handler: H) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    MethodRouter::new().patch(handler)
}

/// Routes `DELETE` requests to `handler`.
pub fn delete<H: Declared<D> + HandlerFn<D, M, S> + GuardedOnce<D, M>, D, M, S>(handler: H) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    MethodRouter::new().delete(handler)
}

/// Routes `HEAD` requests to `handler`.
pub fn head<H: Declared<D> + HandlerFn<D, M, S> + GuardedOnce<D, M>, D, M, S>(handler: H) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    MethodRouter::new().head(handler)
}

/// Routes `OPTIONS` requests to `handler`.
pub fn options<H: Declared<D> + HandlerFn<D, M, S> + GuardedOnce<D, M>, D, M, S>(
    handler: H,
) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    MethodRouter::new().options(handler)
}

/// Routes `CONNECT` requests to `handler`.
pub fn connect<H: Declared<D> + HandlerFn<D, M, S> + GuardedOnce<D, M>, D, M, S>(
    handler: H,
) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    MethodRouter::new().connect(handler)
}

/// Routes `TRACE` requests to `handler`.
pub fn trace<H: Declared<D> + HandlerFn<D, M, S> + GuardedOnce<D, M>, D, M, S>(handler: H) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    MethodRouter::new().trace(handler)
}

/// Routes requests to `handler` if `filter` matches their method.
///
/// # Examples
///
/// ```
/// use scopegate::{Router, requires_scope, routing::{MethodFilter, on}};
///
/// #[requires_scope("files:write")]
/// async fn write() {}
///
/// let routes: Router = Router::new().route("/files", on(MethodFilter::PUT.or(MethodFilter::PATCH), write));
/// assert_eq!(routes.table().to_string(), "PUT,PATCH  /files  files:write\n");
/// ```
pub fn on<H: Declared<D> + HandlerFn<D, M, S> + GuardedOnce<D, M>, D, M, S>(
    filter: MethodFilter,
    handler: H,
) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    MethodRouter::new().on(filter, handler)
}

/// Routes requests with any method to `handler`. `OPTIONS` is included, and guarded like the other methods.
///
/// # Examples
///
/// ```
/// use scopegate::{Router, requires_scope, routing::any};
///
/// #[requires_scope("files:write")]
/// async fn proxy() {}
///
/// let routes: Router = Router::new().route("/files", any(proxy));
/// assert_eq!(routes.table().to_string(), "*  /files  files:write\n");
/// ```
pub fn any<H: Declared<D> + HandlerFn<D, M, S> + GuardedOnce<D, M>, D, M, S>(handler: H) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    MethodRouter::any(handler)
}
