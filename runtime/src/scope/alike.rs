//! Finds pairs of scopes in a table that are spelt almost alike. One scope of such a pair is probably misspelt.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt,
};

use super::table::{Entry, ScopeTable};

/// Two scopes of a table that are spelt almost alike.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Alike<'a> {
    /// The scope that the table names less often. If the table names both scopes equally often, `rare` is the first in
    /// alphabetical order.
    rare: Named<'a>,
    other: Named<'a>,
}

/// A scope or a template, with the first handler that names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Named<'a> {
    text: &'a str,
    is_template: bool,
    by: &'a Entry,
    times: usize,
}

/// Finds the scopes and templates of a table that are spelt almost alike. With `only_templates`, looks only at
/// templates.
pub(crate) fn alike(table: &ScopeTable, only_templates: bool) -> Vec<Alike<'_>> {
    let mut named: BTreeMap<&str, Named<'_>> = BTreeMap::new();
    for by in table.entries() {
        for need in by.terms().needs().filter(|need| need.is_template() || !only_templates) {
            let (text, is_template) = (need.as_str(), need.is_template());
            named.entry(text).or_insert(Named { text, is_template, by, times: 0 }).times += 1;
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
        let all = if rare.is_template || other.is_template { "scopes and templates" } else { "scopes" };
        write!(
            f,
            "`{}`, named by `{}`, is spelt almost like `{}`, named by `{}`; correct the misspelt one, or list all {all} in a vocabulary",
            rare.text,
            rare.by.handler(),
            other.text,
            other.by.handler(),
        )
    }
}
