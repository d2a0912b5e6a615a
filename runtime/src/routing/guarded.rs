//! Declared without an attribute: handlers and services with a requirement beside them.

use std::{any::type_name, fmt, panic::Location};

use crate::scope::{Requirement, Row};

/// A handler or a service, and what a caller needs for it; made by [`guarded`], [`public`](fn@crate::public) and
/// [`authenticated`](fn@crate::authenticated).
#[derive(Clone)]
#[must_use]
pub struct Guarded<T> {
    pub(super) inner: T,
    pub(super) row: Row,
}

impl<T> Guarded<T> {
    #[track_caller]
    fn new(requirement: Requirement, inner: T) -> Self {
        let caller = Location::caller();
        Self { inner, row: Row::new(requirement, type_name::<T>(), caller.file(), caller.line()) }
    }
}

/// Declares what a service needs on which no attribute can stand.
///
/// # Examples
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
#[track_caller]
pub fn guarded<T>(requirement: Requirement, inner: T) -> Guarded<T> {
    Guarded::new(requirement, inner)
}

/// Declares that a service needs no token.
///
/// # Examples
///
/// ```
/// use std::convert::Infallible;
///
/// use axum::{extract::Request, response::Response};
/// use scopegate::{Router, public};
/// use tower::service_fn;
///
/// let style = service_fn(async |_: Request| Ok::<_, Infallible>(Response::new("body { margin: 0 }".to_owned())));
/// let routes: Router = Router::new().route_service("/style.css", public(style));
/// assert_eq!(routes.table().to_string(), "*  /style.css  public\n");
/// ```
#[track_caller]
pub fn public<T>(inner: T) -> Guarded<T> {
    Guarded::new(Requirement::PUBLIC, inner)
}

/// Declares that a service needs a valid token, whatever scopes it grants beyond the gate's floor.
///
/// # Examples
///
/// ```
/// use std::convert::Infallible;
///
/// use axum::{extract::Request, response::Response};
/// use scopegate::{Router, authenticated};
/// use tower::service_fn;
///
/// let news = service_fn(async |_: Request| Ok::<_, Infallible>(Response::new("nothing new".to_owned())));
/// let routes: Router = Router::new().route_service("/news", authenticated(news));
/// assert_eq!(routes.table().to_string(), "*  /news  authenticated\n");
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
