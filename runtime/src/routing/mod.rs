//! Functions that make routes from declared handlers: `get`, `post` and others, as in [`axum::routing`].
//!
//! The functions accept only handlers with `#[requires_scope]`, `#[authenticated]` or `#[public]`, and handlers that
//! are wrapped in [`guarded`], [`authenticated`](fn@crate::authenticated) or [`public`](fn@crate::public). Each
//! function records the declaration for the table.
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

mod declared;
#[cfg(feature = "utoipa")]
pub(crate) mod documentation;
mod function;
mod gated;
mod guarded;
pub(crate) mod layer;
mod method_router;
pub mod method_routing;
mod mountable;
mod mounts;
mod router;
#[cfg(feature = "utoipa")]
mod routes;
mod service;

pub use axum::routing::MethodFilter;
pub use declared::Declared;
#[doc(hidden)] // For generated code, through `__private`.
pub use declared::{Annotated, Beside, InLayer, ScopeGuard, row_of};
pub use function::HandlerFn;
pub use guarded::{Guarded, GuardedOnce, authenticated, guarded, public};
#[doc(hidden)] // The implementation of `Handler` for `Guarded` names this trait and this type.
pub use guarded::{Unguarded, WithGuard};
pub use method_routing::{
    MethodRouter, any, any_service, connect, connect_service, delete, delete_service, get, get_service, head,
    head_service, on, on_service, options, options_service, patch, patch_service, post, post_service, put,
    put_service, trace, trace_service,
};
pub use mountable::{DeclaredMethods, DeclaredRoutes, DeclaredService};
pub use router::Router;
#[cfg(feature = "utoipa")]
pub use routes::Routes;
