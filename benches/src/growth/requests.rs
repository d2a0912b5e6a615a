//! One allowed request to the last of many routes.

use axum::Router;

use super::{gate, least, path, requiring, router, routes, scope, service};
use crate::call::{bearer, call, get_files};

pub fn bare_with_routes(size: usize) -> f64 {
    let router = (0..size).fold(Router::new(), |router, at| router.route_service(path(at), service()));
    time(router, path(size - 1))
}

pub fn with_routes(size: usize) -> f64 {
    let router = router(&routes(size)).protect(gate([scope(size - 1)])).expect("the gate fits");
    time(router, path(size - 1))
}

/// Times a request whose token grants many scopes, of which one is needed.
pub fn with_granted(size: usize) -> f64 {
    let router = router(&[(path(0), requiring(scope(0)))]).protect(gate((0..size).map(scope)));
    time(router.expect("the gate fits"), path(0))
}

/// Returns the time of an allowed request.
pub(super) fn time(router: Router, path: &str) -> f64 {
    const AT_ONCE: usize = 100;
    let mut router = router.with_state(());
    let make = || {
        let mut request = get_files(bearer("any"));
        *request.uri_mut() = path.parse().expect("a path is a URI");
        request
    };
    let requests = || (0..AT_ONCE).map(|_| make()).collect::<Vec<_>>();
    let work = |requests: Vec<_>| {
        for request in requests {
            assert!(call(&mut router, request).status().is_success());
        }
    };
    least(requests, work)
}
