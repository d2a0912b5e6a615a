//! Compares decisions for random vocabularies, requirements, floors and tokens with a naive implementation of the rules.

use std::collections::BTreeSet;

use proptest::prelude::*;
use scopegate::{__private::Need, GrantedScopes, Policy, Requirement, Scope, ScopeTable, ScopeToken};

const SCOPES: [Scope; 8] = [
    Scope::from_static("a"),
    Scope::from_static("b"),
    Scope::from_static("c"),
    Scope::from_static("d"),
    Scope::from_static("e"),
    Scope::from_static("f"),
    Scope::from_static("g"),
    Scope::from_static("h"),
];

/// Random implications, only from lower to higher positions, so that there is no cycle.
fn implications() -> impl Strategy<Value = Vec<(usize, usize)>> {
    let pair =
        (0..SCOPES.len(), 0..SCOPES.len()).prop_filter_map("upwards", |(a, b)| (a < b).then_some((a, b)));
    prop::collection::btree_set(pair, 0..10).prop_map(|pairs| pairs.into_iter().collect())
}

fn some_scopes(count: std::ops::RangeInclusive<usize>) -> impl Strategy<Value = Vec<Scope>> {
    prop::sample::subsequence(SCOPES.to_vec(), count).prop_shuffle()
}

/// A requirement made like generated code, but with redundant alternatives, which no attribute may have.
fn requirement() -> impl Strategy<Value = Requirement> {
    let alternative = some_scopes(1..=4).prop_map(|scopes| -> &'static [Need] {
        scopes.into_iter().map(Need::Scope).collect::<Vec<_>>().leak()
    });
    prop_oneof![
        1 => Just(Requirement::AUTHENTICATED),
        1 => Just(Requirement::PUBLIC),
        8 => prop::collection::vec(alternative, 1..5).prop_map(|all| scopegate::__private::requirement(all.leak())),
    ]
}

/// The granted scopes, and all scopes that they imply.
fn closure(granted: &[Scope], implications: &[(usize, usize)]) -> BTreeSet<Scope> {
    let mut all: BTreeSet<Scope> = granted.iter().copied().collect();
    for _ in 0..SCOPES.len() {
        let more =
            implications.iter().filter(|(from, _)| all.contains(&SCOPES[*from])).map(|(_, to)| SCOPES[*to]);
        let more: Vec<Scope> = more.collect();
        all.extend(more);
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(8192) })]

    #[test]
    fn judging_and_asking_are_as_defined(
        implications in implications(),
        requirement in requirement(),
        floor in some_scopes(0..=3),
        granted in some_scopes(0..=5),
    ) {
        let relation = SCOPES.iter().enumerate().map(|(at, scope)| {
            let implied: Vec<Scope> =
                implications.iter().filter(|(from, _)| *from == at).map(|(_, to)| SCOPES[*to]).collect();
            (*scope, implied)
        });
        let policy = Policy::new().floor(floor.clone()).implies(relation);
        prop_assert_eq!(policy.check(&ScopeTable::default()), Ok(()));

        let has = closure(&granted, &implications);
        let has: BTreeSet<&str> = has.iter().map(|scope| scope.as_str()).collect();
        let floor: Vec<&str> = floor.iter().map(|scope| scope.as_str()).collect();
        let alternatives = requirement.alternatives();
        let meets = |scopes: &[&str]| scopes.iter().all(|scope| has.contains(scope));
        let expected = requirement.is_public()
            || (meets(&floor) && (alternatives.is_empty() || alternatives.iter().any(|all| meets(all))));
        let granted: GrantedScopes = granted.iter().map(|scope| scope.as_str()).collect();
        prop_assert_eq!(policy.permits(&granted, &requirement), expected);

        let ask = policy.asks_for(&requirement);
        let by_challenge: GrantedScopes = ask.iter().map(ScopeToken::as_str).collect();
        prop_assert!(policy.permits(&by_challenge, &requirement), "the scopes of the challenge suffice");
        let first = alternatives.first().cloned().unwrap_or_default();
        prop_assert!(ask.iter().all(|scope| floor.iter().chain(&first).any(|named| scope.as_str() == *named)));
        let once: BTreeSet<&str> = ask.iter().map(ScopeToken::as_str).collect();
        prop_assert_eq!(once.len(), ask.len(), "the challenge names each scope once");
        prop_assert_eq!(ask, policy.asks_for(&requirement), "the same input gives the same answer");
    }
}
