//! Random requirements.

use proptest::prelude::*;
use scopegate::{__private::Need, Requirement, Scope};

/// A requirement of some of `scopes`, made like generated code but with redundant alternatives, which no attribute may have.
pub(crate) fn requirement(scopes: &[&'static str]) -> impl Strategy<Value = Requirement> + use<> {
    let scopes = prop::sample::subsequence(scopes.to_vec(), 1..=3);
    let alternative = scopes.prop_map(|scopes| -> &'static [Need] {
        scopes.into_iter().map(|scope| Need::Scope(Scope::from_static(scope))).collect::<Vec<_>>().leak()
    });
    prop_oneof![
        1 => Just(Requirement::AUTHENTICATED),
        1 => Just(Requirement::PUBLIC),
        8 => prop::collection::vec(alternative, 1..4).prop_map(|all| scopegate::__private::requirement(all.leak())),
    ]
}
