//! Finds the scopes that a request needed.

use std::collections::{BTreeSet, HashMap};

use super::record::Record;
use crate::{
    policy::Policy,
    scope::{GrantedScopes, NeedRef, ScopeTable, fits},
};

/// Maps each row's id, as it appears in the records, to the row's alternatives.
pub(super) struct Rows<'a> {
    policy: &'a Policy,
    alternatives: HashMap<String, Vec<Vec<NeedRef<'a>>>>,
}

impl<'a> Rows<'a> {
    pub(super) fn new(policy: &'a Policy, table: &'a ScopeTable) -> Self {
        let mut alternatives: HashMap<String, Vec<Vec<NeedRef<'_>>>> = HashMap::new();
        for entry in table.entries() {
            let of_row = entry.requirement().terms().map(Iterator::collect);
            alternatives.entry(entry.id()).or_default().extend(of_row);
        }
        Self { policy, alternatives }
    }

    /// Lists the `granted` scopes that an allowed request needed.
    ///
    /// If the token grants a demanded scope directly, only that scope counts as needed. For example, if the token
    /// grants `files:read` and `files:admin`, a request that demands `files:read` does not need `files:admin`. If
    /// the token does not grant a demanded scope directly, each granted scope that covers the demanded scope counts
    /// as needed.
    ///
    /// If the token had granted only the needed scopes, the request would still have been allowed. If the needed scopes
    /// are unknown, for example because the row no longer exists, each granted scope counts as needed.
    pub(super) fn needed<'r>(&self, record: &'r Record, granted: &'r [String]) -> BTreeSet<&'r str> {
        let all: GrantedScopes = granted.iter().map(String::as_str).collect();
        let is_covered = |scope: &&String| self.policy.covers(&all, scope);
        let asked = record.asked.iter().filter(is_covered);
        let mut needed: BTreeSet<&str> =
            asked.flat_map(|scope| self.by(scope, |own| own == scope, granted)).collect();
        if record.asked.iter().all(|scope| is_covered(&scope)) {
            return needed;
        }
        // The log names the first alternative, but another alternative allowed the request.
        let others = record.rows.iter().filter_map(|row| self.alternatives.get(row)).flatten();
        let ways: Vec<_> = others.filter_map(|alternative| self.all_by(alternative, granted)).collect();
        if ways.is_empty() {
            return granted.iter().map(String::as_str).collect();
        }
        needed.extend(ways.into_iter().flatten());
        needed
    }

    fn all_by<'r>(&self, alternative: &[NeedRef<'_>], granted: &'r [String]) -> Option<Vec<&'r str>> {
        let by = alternative.iter().map(|need| {
            let text = need.as_str();
            let meets = |own: &str| if need.is_template() { fits(text, own) } else { own == text };
            Some(self.by(text, meets, granted)).filter(|by| !by.is_empty())
        });
        Some(by.collect::<Option<Vec<_>>>()?.concat())
    }

    /// Lists the granted scopes that cover `scope`. `is_itself` recognizes a direct grant of `scope`: `scope` itself
    /// or, if `scope` is a template, a scope that fits this template. If the token has direct grants, lists only these.
    fn by<'r>(&self, scope: &str, is_itself: impl Fn(&str) -> bool, granted: &'r [String]) -> Vec<&'r str> {
        let granted = || granted.iter().map(String::as_str);
        let itself: Vec<&str> = granted().filter(|own| is_itself(own)).collect();
        if !itself.is_empty() {
            return itself;
        }
        granted().filter(|own| self.policy.covers(&GrantedScopes::from_iter([*own]), scope)).collect()
    }
}
