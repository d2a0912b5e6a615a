//! The decision, against truth tables and against a naive reading of random requirements.

use proptest::prelude::*;
use scopegate::{
    Demand, GrantedScopes, Need, Requirement, Scope, ScopeTable, ScopeToken, requires_scope, scope_table,
};

const SCOPES: [Scope; 6] = [
    Scope::from_static("a"),
    Scope::from_static("b"),
    Scope::from_static("c"),
    Scope::from_static("d"),
    Scope::from_static("e"),
    Scope::from_static("f"),
];

#[requires_scope("a", "b", "c")]
async fn all_of() {}

#[requires_scope(any("a", "b", "c"))]
async fn any_of() {}

#[requires_scope("d", any("a", all("b", "c")))]
async fn nested() {}

// Published rivals admit callers here that they should refuse: they splice `||` and `&&` without parentheses.
#[requires_scope(all(any("a", all("b", "c")), "d"))]
async fn any_before_all() {}

#[requires_scope(all("a", any("b", all("c", "d"))))]
async fn any_after_all() {}

#[requires_scope(any(all("a", any("b", "c")), all("d", any("e", "f"))))]
async fn deep() {}

/// Judges one handler for every subset of the six scopes.
#[track_caller]
fn check(table: &ScopeTable, expected: impl Fn(&dyn Fn(&str) -> bool) -> bool) {
    let requirement = table.entries()[0].row().requirement();
    for subset in 0_u32..64 {
        let granted: GrantedScopes = SCOPES
            .iter()
            .enumerate()
            .filter(|(at, _)| subset >> at & 1 == 1)
            .map(|(_, scope)| scope.as_str())
            .collect();
        let has = |scope: &str| granted.contains(scope);
        assert_eq!(
            Demand::new(&[], requirement).is_met_by(&granted),
            expected(&has),
            "{requirement} by {granted:?}"
        );
    }
}

#[test]
fn every_subset_is_judged_as_written() {
    check(&scope_table![all_of], |has| has("a") && has("b") && has("c"));
    check(&scope_table![any_of], |has| has("a") || has("b") || has("c"));
    check(&scope_table![nested], |has| has("d") && (has("a") || (has("b") && has("c"))));
    check(&scope_table![any_before_all], |has| (has("a") || (has("b") && has("c"))) && has("d"));
    check(&scope_table![any_after_all], |has| has("a") && (has("b") || (has("c") && has("d"))));
    check(&scope_table![deep], |has| {
        (has("a") && (has("b") || has("c"))) || (has("d") && (has("e") || has("f")))
    });
}

#[test]
fn the_first_alternative_is_the_one_to_ask_for() {
    let ask = |table: ScopeTable| -> Vec<ScopeToken> {
        Demand::new(&[], table.entries()[0].row().requirement()).to_ask()
    };
    assert_eq!(ask(scope_table![nested]), [SCOPES[3], SCOPES[0]]);
    assert_eq!(ask(scope_table![any_of]), [SCOPES[0]]);
    assert_eq!(ask(scope_table![deep]), [SCOPES[0], SCOPES[1]]);
}

/// A random requirement; leaked, since a requirement is part of a program.
fn requirement() -> impl Strategy<Value = Requirement> {
    let needs = SCOPES.map(Need::Scope).to_vec();
    let alternative = prop::sample::subsequence(needs, 1..=4)
        .prop_shuffle()
        .prop_map(|needs| -> &'static [Need] { needs.leak() });
    prop_oneof![
        1 => Just(Requirement::AUTHENTICATED),
        8 => prop::collection::vec(alternative, 1..5).prop_map(|all| Requirement::scopes(all.leak())),
    ]
}

fn scopes() -> impl Strategy<Value = Vec<Scope>> {
    prop::sample::subsequence(SCOPES.to_vec(), 0..=3).prop_shuffle()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(4096) })]

    #[test]
    fn what_the_challenge_asks_for_suffices(requirement in requirement(), floor in scopes()) {
        let demand = Demand::new(&floor, requirement);
        let granted: GrantedScopes = demand.to_ask().iter().map(ScopeToken::as_str).collect();
        prop_assert!(demand.is_met_by(&granted));
    }

    #[test]
    fn nothing_needless_is_asked_for(requirement in requirement(), floor in scopes()) {
        let ask = Demand::new(&floor, requirement).to_ask();
        let first = requirement.alternatives().first().copied().unwrap_or_default();
        for (at, scope) in ask.iter().enumerate() {
            prop_assert!(floor.iter().any(|one| scope == one) || first.iter().any(|need| need.as_str() == scope.as_str()));
            prop_assert!(!ask[..at].contains(scope), "{scope} is asked for twice");
        }
    }

    #[test]
    fn judging_agrees_with_the_definition(requirement in requirement(), floor in scopes(), granted in scopes()) {
        let has = |scope: &str| granted.iter().any(|one| one.as_str() == scope);
        let alternatives = requirement.alternatives();
        let one_of_them = alternatives.iter().any(|all| all.iter().all(|need| has(need.as_str())));
        let expected = floor.iter().all(|scope| has(scope.as_str())) && (alternatives.is_empty() || one_of_them);
        let granted: GrantedScopes = granted.iter().map(|scope| scope.as_str()).collect();
        prop_assert_eq!(Demand::new(&floor, requirement).is_met_by(&granted), expected);
    }
}
