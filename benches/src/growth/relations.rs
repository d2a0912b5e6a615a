//! Many scopes that all imply the same scope.

use scopegate::Scope;

use super::{At, gate, path, requests, requiring, router, scope};
use crate::measure::Cost;

fn relations(size: usize) -> Vec<(Scope, [Scope; 1])> {
    (1..=size).map(|at| (scope(at), [scope(0)])).collect()
}

/// Measures requests whose token has the last of the scopes that imply the required one.
pub fn request(at: At<'_>) -> Cost {
    let gate = gate([scope(at.size)]).implies(relations(at.size));
    let router = router(&[(path(0), requiring(scope(0)))]).protect(gate);
    requests::cost(at, router.expect("the gate fits"), path(0))
}

pub fn startup(at: At<'_>) -> Cost {
    let relations = relations(at.size);
    at.least(|| gate([]), |gate| gate.implies(relations.clone()))
}
