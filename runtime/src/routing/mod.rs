//! Routes of declared handlers: `get`, `post` and the rest, as in [`axum::routing`].
//!
//! They take only handlers with `#[requires_scope]`, `#[authenticated]` or `#[public]`, and remember what each declares.
//!
//! # Examples
//!
//! ```
//! use scopegate::{Router, public, requires_scope, routing::{MethodFilter, get, on}};
//!
//! #[requires_scope("files:read")]
//! async fn list() {}
//!
//! #[requires_scope("files:write")]
//! async fn write() {}
//!
//! #[public]
//! async fn health() {}
//!
//! let routes: Router = Router::new()
//!     .route("/files", get(list).post(write))
//!     .route("/files/{name}", on(MethodFilter::PUT.or(MethodFilter::PATCH), write))
//!     .route("/health", get(health));
//! assert_eq!(routes.table().entries().len(), 4);
//! ```

// They are written out one by one: from a macro, the compiler's message for an undeclared handler is eight lines longer.

mod declared;
#[cfg(feature = "utoipa")]
pub(crate) mod documentation;
mod function;
mod gated;
mod guarded;
pub(crate) mod layer;
mod method_router;
mod router;
#[cfg(feature = "utoipa")]
mod routes;
mod service;

pub use axum::routing::MethodFilter;
pub use declared::Declared;
#[doc(hidden)] // For generated code, through `__private`.
pub use declared::{InLayer, ScopeGuard, row_of};
pub use function::HandlerFn;
pub use guarded::{Guarded, authenticated, guarded, public};
pub use method_router::MethodRouter;
pub use router::Router;
#[cfg(feature = "utoipa")]
pub use routes::Routes;

/// Routes `GET` requests, and `HEAD` requests, whose body axum leaves out, to `handler`.
pub fn get<H, T, D, S>(handler: H) -> MethodRouter<S>
where
    H: Declared<D> + HandlerFn<T, S>,
    T: 'static,
    S: Clone + Send + Sync + 'static,
{
    MethodRouter::new().get(handler)
}

/// Routes `POST` requests to `handler`.
pub fn post<H, T, D, S>(handler: H) -> MethodRouter<S>
where
    H: Declared<D> + HandlerFn<T, S>,
    T: 'static,
    S: Clone + Send + Sync + 'static,
{
    MethodRouter::new().post(handler)
}

/// Routes `PUT` requests to `handler`.
pub fn put<H, T, D, S>(handler: H) -> MethodRouter<S>
where
    H: Declared<D> + HandlerFn<T, S>,
    T: 'static,
    S: Clone + Send + Sync + 'static,
{
    MethodRouter::new().put(handler)
}

/// Routes `PATCH` requests to `handler`.
pub fn patch<H, T, D, S>(handler: H) -> MethodRouter<S>
where
    H: Declared<D> + HandlerFn<T, S>,
    T: 'static,
    S: Clone + Send + Sync + 'static,
{
    MethodRouter::new().patch(handler)
}

/// Routes `DELETE` requests to `handler`.
pub fn delete<H, T, D, S>(handler: H) -> MethodRouter<S>
where
    H: Declared<D> + HandlerFn<T, S>,
    T: 'static,
    S: Clone + Send + Sync + 'static,
{
    MethodRouter::new().delete(handler)
}

/// Routes `HEAD` requests to `handler`.
pub fn head<H, T, D, S>(handler: H) -> MethodRouter<S>
where
    H: Declared<D> + HandlerFn<T, S>,
    T: 'static,
    S: Clone + Send + Sync + 'static,
{
    MethodRouter::new().head(handler)
}

/// Routes `OPTIONS` requests to `handler`.
pub fn options<H, T, D, S>(handler: H) -> MethodRouter<S>
where
    H: Declared<D> + HandlerFn<T, S>,
    T: 'static,
    S: Clone + Send + Sync + 'static,
{
    MethodRouter::new().options(handler)
}

/// Routes `CONNECT` requests to `handler`.
pub fn connect<H, T, D, S>(handler: H) -> MethodRouter<S>
where
    H: Declared<D> + HandlerFn<T, S>,
    T: 'static,
    S: Clone + Send + Sync + 'static,
{
    MethodRouter::new().connect(handler)
}

/// Routes `TRACE` requests to `handler`.
pub fn trace<H, T, D, S>(handler: H) -> MethodRouter<S>
where
    H: Declared<D> + HandlerFn<T, S>,
    T: 'static,
    S: Clone + Send + Sync + 'static,
{
    MethodRouter::new().trace(handler)
}

/// Routes requests whose method `filter` matches to `handler`.
pub fn on<H, T, D, S>(filter: MethodFilter, handler: H) -> MethodRouter<S>
where
    H: Declared<D> + HandlerFn<T, S>,
    T: 'static,
    S: Clone + Send + Sync + 'static,
{
    MethodRouter::new().on(filter, handler)
}

/// Routes requests of any method to `handler`, `OPTIONS` included: it is guarded like the rest.
pub fn any<H, T, D, S>(handler: H) -> MethodRouter<S>
where
    H: Declared<D> + HandlerFn<T, S>,
    T: 'static,
    S: Clone + Send + Sync + 'static,
{
    MethodRouter::any(handler)
}
