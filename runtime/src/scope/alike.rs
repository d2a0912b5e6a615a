//! Finds pairs of scopes in a table that are spelt almost alike. One scope of such a pair is probably misspelt.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt,
};

use super::table::{Entry, ScopeTable};

/// Two scopes of a table that are spelt almost alike.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Alike<'a> {
    /// The scope that the table names less often. If the table names both equally often, this is the first
    /// in alphabetical order.
    rare: Named<'a>,
    other: Named<'a>,
}

/// A scope or a template, with the first handler that names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Named<'a> {
    text: &'a str,
    by: &'a Entry,
    times: usize,
}

/// Finds the scopes and templates of a table that are spelt almost alike. Callers use this function only if no
/// vocabulary is registered, because with a vocabulary the gate already rejects misspelt scopes.
pub(crate) fn alike(table: &ScopeTable) -> Vec<Alike<'_>> {
    let mut named: BTreeMap<&str, Named<'_>> = BTreeMap::new();
    for by in table.entries() {
        for need in by.terms().needs() {
            let text = need.as_str();
            named.entry(text).or_insert(Named { text, by, times: 0 }).times += 1;
        }
    }
    let named: Vec<Named<'_>> = named.into_values().collect();
    let mut near: BTreeSet<(usize, usize)> = BTreeSet::new();
    for group in groups(&named).into_values() {
        for (at, left) in group.iter().enumerate() {
            near.extend(group.iter().skip(at + 1).map(|right| (*left, *right)));
        }
    }
    let pairs = near.into_iter().filter_map(|(left, right)| Some((*named.get(left)?, *named.get(right)?)));
    pairs
        .filter(|(left, right)| scopegate_grammar::are_alike(left.text, right.text))
        .map(|(left, right)| {
            let (rare, other) = if right.times < left.times { (right, left) } else { (left, right) };
            Alike { rare, other }
        })
        .collect()
}

/// Puts scopes that could be alike into groups, so that scopes are compared only within a group. For a large table,
/// comparing all pairs of scopes would take minutes.
fn groups(named: &[Named<'_>]) -> HashMap<String, Vec<usize>> {
    let mut groups: HashMap<String, Vec<usize>> = HashMap::new();
    for (at, scope) in named.iter().enumerate() {
        for key in scopegate_grammar::alike_keys(scope.text) {
            groups.entry(key).or_default().push(at);
        }
    }
    groups
}

impl fmt::Display for Alike<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rare, other } = self;
        write!(
            f,
            "`{}`, named by `{}`, is spelt almost like `{}`, named by `{}`; correct the misspelt one, or list all scopes in a vocabulary",
            rare.text,
            rare.by.handler(),
            other.text,
            other.by.handler(),
        )
    }
}
