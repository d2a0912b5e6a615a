//! Work that a program does once: mounting, checking, exporting.

use axum::Router;
use scopegate::{
    Gate, Policy, StaticKeys,
    export::{self, Lock},
};

use super::{gate, least, path, router, routes, scope, service};

pub fn bare(size: usize) -> f64 {
    let paths: Vec<_> = (0..size).map(path).collect();
    let add = |router: Router, path: &&str| router.route_service(path, service());
    least(|| (), |()| paths.iter().fold(Router::new(), add))
}

pub fn route(size: usize) -> f64 {
    let routes = routes(size);
    least(|| (), |()| router(&routes))
}

pub fn protect(size: usize) -> f64 {
    let routes = routes(size);
    least(|| (router(&routes), gate([scope(0)])), |(router, gate)| router.protect(gate))
}

pub fn protect_with_keys(size: usize) -> f64 {
    let routes = routes(size);
    let gate = || Gate::static_keys("growth", StaticKeys::parse("sk_one=scope:1").expect("it is a key"));
    least(|| (router(&routes), gate()), |(router, gate)| router.protect(gate))
}

pub fn text(size: usize) -> f64 {
    let table = router(&routes(size)).table();
    least(|| (), |()| table.to_string())
}

pub fn json(size: usize) -> f64 {
    let table = router(&routes(size)).table();
    least(|| (), |()| export::json(&Policy::new(), &table))
}

pub fn lock(size: usize) -> f64 {
    let table = router(&routes(size)).table();
    least(|| (), |()| Lock::of(&Policy::new(), &table).to_string())
}

/// Times a comparison of locks in which half of the routes need another scope than before.
pub fn changes(size: usize) -> f64 {
    let mut routes = routes(size);
    let old = Lock::of(&Policy::new(), &router(&routes).table());
    for at in 0..size / 2 {
        routes[at].1 = routes[at + size / 2].1.clone();
    }
    let new = Lock::of(&Policy::new(), &router(&routes).table());
    least(|| (), |()| new.changes_since(&old))
}
