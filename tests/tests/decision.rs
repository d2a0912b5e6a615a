//! Compares the decision with truth tables. `reference` compares random requirements with a naive implementation.

use scopegate::{GrantedScopes, Policy, Scope, ScopeTable, ScopeToken, requires_scope, scope_table};

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

// Another published crate admits callers here that it should refuse, because it splices `||` and `&&` without parentheses.
#[requires_scope(all(any("a", all("b", "c")), "d"))]
async fn any_before_all() {}

#[requires_scope(all("a", any("b", all("c", "d"))))]
async fn any_after_all() {}

#[requires_scope(any(all("a", any("b", "c")), all("d", any("e", "f"))))]
async fn deep() {}

/// Judges one handler for every subset of the six scopes.
#[track_caller]
fn check(table: &ScopeTable, expected: impl Fn(&dyn Fn(&str) -> bool) -> bool) {
    let requirement = table.entries()[0].requirement();
    for subset in 0_u32..64 {
        let granted: GrantedScopes = SCOPES
            .iter()
            .enumerate()
            .filter(|(at, _)| subset >> at & 1 == 1)
            .map(|(_, scope)| scope.as_str())
            .collect();
        let has = |scope: &str| granted.contains(scope);
        assert_eq!(
            Policy::new().permits(&granted, requirement),
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
    let ask =
        |table: ScopeTable| -> Vec<ScopeToken> { Policy::new().asks_for(table.entries()[0].requirement()) };
    assert_eq!(ask(scope_table![nested]), [SCOPES[3], SCOPES[0]]);
    assert_eq!(ask(scope_table![any_of]), [SCOPES[0]]);
    assert_eq!(ask(scope_table![deep]), [SCOPES[0], SCOPES[1]]);
}
