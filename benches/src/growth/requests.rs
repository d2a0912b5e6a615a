//! Allowed requests, to the last of many routes or with many granted scopes.

use axum::Router;

use super::{At, gate, path, requiring, router, routes, scope, service};
use crate::{
    call::{bearer, call, get_files},
    measure::Cost,
};

pub fn bare_with_routes(at: At<'_>) -> Cost {
    let router = (0..at.size).fold(Router::new(), |router, n| router.route_service(path(n), service()));
    cost(at, router, path(at.size - 1))
}

pub fn with_routes(at: At<'_>) -> Cost {
    let router = router(&routes(at.size)).protect(gate([scope(at.size - 1)])).expect("the gate fits");
    cost(at, router, path(at.size - 1))
}

/// Measures requests whose token grants many scopes, of which one is needed.
pub fn with_granted(at: At<'_>) -> Cost {
    let router = router(&[(path(0), requiring(scope(0)))]).protect(gate((0..at.size).map(scope)));
    cost(at, router.expect("the gate fits"), path(0))
}

/// Measures a hundred allowed requests.
pub(super) fn cost(at: At<'_>, router: Router, path: &str) -> Cost {
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
    at.least(requests, work)
}
