//! Work that a program does once: mounting, checking, exporting.

use axum::Router;
use scopegate::{
    Gate, Policy, StaticKeys,
    export::{self, Lock},
};

use super::{At, gate, path, router, routes, scope, service};
use crate::measure::Cost;

pub fn bare(at: At<'_>) -> Cost {
    let paths: Vec<_> = (0..at.size).map(path).collect();
    let add = |router: Router, path: &&str| router.route_service(path, service());
    at.least(|| (), |()| paths.iter().fold(Router::new(), add))
}

pub fn route(at: At<'_>) -> Cost {
    let routes = routes(at.size);
    at.least(|| (), |()| router(&routes))
}

pub fn protect(at: At<'_>) -> Cost {
    let routes = routes(at.size);
    at.least(|| (router(&routes), gate([scope(0)])), |(router, gate)| router.protect(gate))
}

pub fn protect_with_keys(at: At<'_>) -> Cost {
    let routes = routes(at.size);
    let gate = || Gate::static_keys("growth", StaticKeys::parse("sk_one=scope:1").expect("it is a key"));
    at.least(|| (router(&routes), gate()), |(router, gate)| router.protect(gate))
}

pub fn text(at: At<'_>) -> Cost {
    let table = router(&routes(at.size)).table();
    at.least(|| (), |()| table.to_string())
}

pub fn json(at: At<'_>) -> Cost {
    let table = router(&routes(at.size)).table();
    at.least(|| (), |()| export::json(&Policy::new(), &table))
}

pub fn lock(at: At<'_>) -> Cost {
    let table = router(&routes(at.size)).table();
    at.least(|| (), |()| Lock::of(&Policy::new(), &table).to_string())
}

/// Measures the comparison of two locks. Half of the routes need another scope in the new lock than in the old one.
pub fn changes(at: At<'_>) -> Cost {
    let (size, mut routes) = (at.size, routes(at.size));
    let old = Lock::of(&Policy::new(), &router(&routes).table());
    for at in 0..size / 2 {
        routes[at].1 = routes[at + size / 2].1.clone();
    }
    let new = Lock::of(&Policy::new(), &router(&routes).table());
    at.least(|| (), |()| new.changes_since(&old))
}
