//! Many scopes that each imply one scope.

use scopegate::Scope;

use super::{gate, least, path, requests, requiring, router, scope};

fn relations(size: usize) -> Vec<(Scope, [Scope; 1])> {
    (1..=size).map(|at| (scope(at), [scope(0)])).collect()
}

/// Times a request whose token has the last of the scopes that imply the required one.
pub fn request(size: usize) -> f64 {
    let gate = gate([scope(size)]).implies(relations(size));
    let router = router(&[(path(0), requiring(scope(0)))]).protect(gate);
    requests::time(router.expect("the gate fits"), path(0))
}

pub fn startup(size: usize) -> f64 {
    let relations = relations(size);
    least(|| gate([]), |gate| gate.implies(relations.clone()))
}
