//! Each scope of the report, with the scopes that this scope covers.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::{
    policy::Policy,
    scope::{ScopeTable, ScopeToken},
};

#[derive(Serialize)]
pub(super) struct Known {
    scope: ScopeToken,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'static str,
    /// The scopes that this scope implies directly.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    implies: BTreeSet<ScopeToken>,
    /// The scopes that this scope covers as a wildcard.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    matches: BTreeSet<ScopeToken>,
    /// All scopes that this scope covers, directly or through other scopes.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    covers: BTreeSet<ScopeToken>,
}

/// Lists the scopes that are named in a row, in the floor or in an implication.
pub(super) fn known(policy: &Policy, table: &ScopeTable) -> Vec<Known> {
    let mut implied: BTreeMap<ScopeToken, BTreeSet<ScopeToken>> = BTreeMap::new();
    for (scope, children) in policy.implications() {
        implied.entry(scope).or_default().extend(children);
    }
    let named = implied.iter().flat_map(|(scope, children)| children.iter().chain([scope])).cloned();
    let scopes: BTreeSet<ScopeToken> =
        table.catalog().into_iter().chain(policy.floor_scopes().iter().cloned()).chain(named).collect();
    let mut covers = covers(policy, &scopes);
    let wildcards = policy.wildcards_in_use();
    let matches = |wildcard: &ScopeToken| {
        let stands_for = |scope: &&ScopeToken| {
            *scope != wildcard && wildcards.stands_for(wildcard.as_str(), scope.as_str())
        };
        scopes.iter().filter(stands_for).cloned().collect()
    };
    scopes
        .iter()
        .map(|scope| Known {
            scope: scope.clone(),
            description: policy.description(scope.as_str()),
            implies: implied.remove(scope).unwrap_or_default(),
            matches: matches(scope),
            covers: covers.remove(scope.as_str()).unwrap_or_default(),
        })
        .collect()
}

/// Lists the scopes that each scope covers. For each scope, the function looks up its coverers, and adds the scope to
/// the list of each coverer. The lookup is cheap, because a scope is usually covered by only a few others.
fn covers(policy: &Policy, scopes: &BTreeSet<ScopeToken>) -> BTreeMap<String, BTreeSet<ScopeToken>> {
    let mut covers: BTreeMap<String, BTreeSet<ScopeToken>> = BTreeMap::new();
    for scope in scopes {
        for coverer in policy.coverers(scope.as_str()).into_iter().filter(|coverer| coverer != scope.as_str())
        {
            covers.entry(coverer).or_default().insert(scope.clone());
        }
    }
    covers
}
