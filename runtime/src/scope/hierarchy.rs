//! Implications decide which scopes cover other scopes. Implications affect only the check of a token, not the list of
//! scopes in a challenge.

#[cfg(feature = "export")]
use std::collections::BTreeSet;
use std::collections::{BTreeMap, HashMap};

use super::{granted::GrantedScopes, scope::ScopeToken};

/// The scopes that each scope implies, directly or through other scopes. By default no scope implies another, so each
/// scope covers only itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hierarchy {
    /// All scopes that the entries name, sorted.
    scopes: Vec<ScopeToken>,
    /// The position of each scope in `scopes`. Each check of a token looks up positions, and a lookup in this map is
    /// faster than a search in a long list.
    positions: HashMap<ScopeToken, usize>,
    /// For each scope, the positions of the scopes that imply it directly.
    parents: Vec<Vec<usize>>,
    /// For each scope, the sorted positions of all other scopes that cover it.
    ancestors: Vec<Box<[usize]>>,
    wildcards: Wildcards,
    /// The positions of the wildcards in `scopes`.
    named_wildcards: Vec<usize>,
}

/// Sets which scopes are wildcards. A wildcard ends in `*` and covers other scopes.
///
/// # Examples
///
/// ```
/// use scopegate::{GrantedScopes, Policy, Wildcards};
///
/// let granted = GrantedScopes::parse("files:*");
/// assert!(!Policy::new().covers(&granted, "files:read"));
/// assert!(Policy::new().wildcards(Wildcards::Prefixed).covers(&granted, "files:read"));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Wildcards {
    /// No scope is a wildcard: `*` is an ordinary character.
    #[default]
    Off,
    /// A scope is a wildcard if it ends in a separator (`:` or `/`) followed by `*`. The wildcard covers each scope
    /// that begins with the text before the `*` and is longer than that text. For example, `files:*` covers
    /// `files:read` and `files:a:b`, but not `files`, `files:` or `filesx:read`. In any other place, `*` is an ordinary
    /// character.
    Prefixed,
    /// Like `Prefixed`. In addition, the scope `*` covers every scope.
    PrefixedAndBare,
}

impl Hierarchy {
    /// Builds the hierarchy from entries. Each entry is a scope and the scopes that it implies.
    ///
    /// A scope that implies no other scope needs no entry. An entry may repeat an implication that follows from other
    /// entries.
    ///
    /// # Errors
    ///
    /// Fails if a scope has two entries, if an entry lists an implied scope twice, or if a scope implies itself,
    /// directly or through other scopes. The error lists every problem.
    pub(crate) fn new<I>(entries: impl IntoIterator<Item = (ScopeToken, I)>) -> Result<Self, Vec<String>>
    where
        I: IntoIterator<Item = ScopeToken>,
    {
        let entries: Vec<(ScopeToken, Vec<ScopeToken>)> =
            entries.into_iter().map(|(scope, implied)| (scope, implied.into_iter().collect())).collect();
        let problems: Vec<String> = repetitions(&entries).chain(cycles(&entries)).collect();
        if !problems.is_empty() {
            return Err(problems);
        }
        let mut scopes: Vec<ScopeToken> =
            entries.iter().flat_map(|(scope, implied)| implied.iter().chain([scope])).cloned().collect();
        scopes.sort_unstable();
        scopes.dedup();
        let positions: HashMap<_, _> = scopes.iter().cloned().zip(0..).collect();
        let mut parents = vec![Vec::new(); scopes.len()];
        for (scope, implied) in &entries {
            for child in implied {
                parents[positions[child]].push(positions[scope]);
            }
        }
        Ok(Self { scopes, positions, parents, ..Self::default() }.closed())
    }

    /// Sets which scopes are wildcards. The setting applies to granted scopes and to implied scopes: if `admin` implies
    /// `tenant:*`, `admin` also covers `tenant:acme:read`.
    pub(crate) fn wildcards(self, wildcards: Wildcards) -> Self {
        Self { wildcards, ..self }.closed()
    }

    /// Tells whether `granted` contains `scope` or a scope that covers it. Allocates nothing.
    ///
    /// If no entry names `scope`, only three kinds of scopes cover it: `scope` itself, a wildcard that matches `scope`,
    /// and a scope that implies such a wildcard.
    pub(crate) fn covers(&self, granted: &GrantedScopes, scope: &str) -> bool {
        if self.has(granted, scope) {
            return true;
        }
        match self.position(scope) {
            Some(at) => self.has_ancestor(granted, at),
            None => self.named_wildcards.iter().any(|at| {
                self.wildcards.stands_for(self.scopes[*at].as_str(), scope) && self.has_ancestor(granted, *at)
            }),
        }
    }

    /// Lists every scope that covers `scope`: the scope itself, its ancestors, and the wildcards that cover `scope` or
    /// one of its ancestors.
    #[cfg(feature = "export")]
    pub(crate) fn coverers(&self, scope: &str) -> BTreeSet<String> {
        let ancestors: Vec<usize> = if let Some(at) = self.position(scope) {
            self.ancestors[at].to_vec()
        } else {
            let wildcards = self.named_wildcards.iter().copied();
            let over = wildcards.filter(|at| self.wildcards.stands_for(self.scopes[*at].as_str(), scope));
            over.flat_map(|at| self.ancestors[at].iter().copied().chain([at])).collect()
        };
        let ancestors = ancestors.into_iter().map(|at| self.scopes[at].as_str());
        let texts = ancestors.chain([scope]);
        texts.flat_map(|text| self.wildcards.over(text).chain([text.to_owned()])).collect()
    }

    fn has(&self, granted: &GrantedScopes, scope: &str) -> bool {
        granted.contains(scope) || self.has_wildcard_for(granted, scope)
    }

    fn has_ancestor(&self, granted: &GrantedScopes, at: usize) -> bool {
        let ancestors = &self.ancestors[at];
        // Look up each scope of the shorter list in the longer list. If wildcards are enabled, always look up the
        // ancestors in `granted`, because a granted wildcard that no entry names has no position.
        if self.wildcards == Wildcards::Off && granted.len() < ancestors.len() {
            let is_ancestor = |at| ancestors.binary_search(&at).is_ok();
            return granted.iter().filter_map(|scope| self.position(scope)).any(is_ancestor);
        }
        ancestors.iter().any(|at| self.has(granted, self.scopes[*at].as_str()))
    }

    fn position(&self, scope: &str) -> Option<usize> {
        self.positions.get(scope).copied()
    }

    fn has_wildcard_for(&self, granted: &GrantedScopes, scope: &str) -> bool {
        self.wildcards != Wildcards::Off
            && granted.iter().any(|wildcard| self.wildcards.stands_for(wildcard, scope))
    }

    /// Computes the ancestors of each scope.
    fn closed(mut self) -> Self {
        let is_wildcard = |at: &usize| self.wildcards.includes(self.scopes[*at].as_str());
        self.named_wildcards = (0..self.scopes.len()).filter(is_wildcard).collect();
        let parents = self.parents_with_wildcards();
        let mut found_for = vec![usize::MAX; self.scopes.len()];
        self.ancestors =
            (0..self.scopes.len()).map(|at| ancestors(at, &parents, &mut found_for).into()).collect();
        self
    }

    /// Returns the parents of each scope. If an entry names a wildcard, the wildcard is a parent of every scope that it
    /// covers.
    fn parents_with_wildcards(&self) -> Vec<Vec<usize>> {
        let mut parents = self.parents.clone();
        for at in &self.named_wildcards {
            for (scope, parents) in self.scopes.iter().zip(&mut parents) {
                if self.wildcards.stands_for(self.scopes[*at].as_str(), scope.as_str()) {
                    parents.push(*at);
                }
            }
        }
        parents
    }
}

/// Returns the sorted positions of all ancestors of `start`. Wildcards can form cycles, so the search visits each scope
/// only once.
fn ancestors(start: usize, parents: &[Vec<usize>], found_for: &mut [usize]) -> Vec<usize> {
    let mut found: Vec<usize> = Vec::new();
    let mut followed = 0;
    let mut next = Some(start);
    found_for[start] = start;
    while let Some(child) = next {
        for &parent in &parents[child] {
            if found_for[parent] != start {
                found_for[parent] = start;
                found.push(parent);
            }
        }
        next = found.get(followed).copied();
        followed += 1;
    }
    found.sort_unstable();
    found
}

impl Wildcards {
    /// Tells whether `scope` is a wildcard that is not enabled.
    #[cfg(feature = "axum")]
    pub(crate) fn ignores(self, scope: &str) -> bool {
        Self::PrefixedAndBare.includes(scope) && !self.includes(scope)
    }

    /// Returns the setting that makes the gate treat all `scopes` as wildcards.
    #[cfg(feature = "axum")]
    pub(crate) fn setting_for<'a>(mut scopes: impl Iterator<Item = &'a str>) -> &'static str {
        let has_bare = scopes.any(|scope| scope == "*");
        if has_bare { ".wildcards(Wildcards::PrefixedAndBare)" } else { ".wildcards(Wildcards::Prefixed)" }
    }

    fn includes(self, scope: &str) -> bool {
        match self {
            Self::Off => false,
            Self::Prefixed => prefix_of(scope).is_some(),
            Self::PrefixedAndBare => scope == "*" || prefix_of(scope).is_some(),
        }
    }

    /// Tells whether `wildcard` is an enabled wildcard that covers `scope`.
    pub(crate) fn stands_for(self, wildcard: &str, scope: &str) -> bool {
        self.includes(wildcard)
            && prefix_of(wildcard)
                .is_none_or(|prefix| scope.len() > prefix.len() && scope.starts_with(prefix))
    }

    /// Tells whether `wildcard` is enabled and may cover a scope that is made from `template`. Compares the wildcard
    /// only with the text before the template's first parameter. So the answer can be `true` even if the wildcard
    /// covers no scope that is made from the template.
    #[cfg(feature = "axum")]
    pub(crate) fn may_stand_for(self, wildcard: &str, template: &str) -> bool {
        let fixed = template.split('{').next().unwrap_or_default();
        let prefix = wildcard.trim_end_matches('*');
        self.includes(wildcard) && (fixed.starts_with(prefix) || prefix.starts_with(fixed))
    }
}

#[cfg(feature = "export")]
impl Wildcards {
    /// Iterates over the wildcards that cover `scope`.
    fn over(self, scope: &str) -> impl Iterator<Item = String> {
        let prefixes = scope.match_indices([':', '/']).map(|(at, separator)| &scope[..at + separator.len()]);
        let wildcards = [""].into_iter().chain(prefixes).map(|prefix| format!("{prefix}*"));
        wildcards.filter(move |wildcard| self.stands_for(wildcard, scope))
    }
}

/// Returns the text before the `*`, if `scope` is a prefixed wildcard.
pub(crate) fn prefix_of(scope: &str) -> Option<&str> {
    scope.strip_suffix('*').filter(|prefix| prefix.ends_with([':', '/']))
}

fn repetitions(entries: &[(ScopeToken, Vec<ScopeToken>)]) -> impl Iterator<Item = String> {
    let declared = repeated(entries.iter().map(|(scope, _)| scope.clone()))
        .into_iter()
        .map(|scope| format!("`{scope}` is declared twice; give it one entry"));
    let implied = entries.iter().flat_map(|(scope, implied)| {
        repeated(implied.iter().cloned())
            .into_iter()
            .map(move |child| format!("`{scope}` implies `{child}` twice; write it once"))
    });
    declared.chain(implied)
}

/// Returns each scope that appears more than once. The result contains each repeated scope once. The result is in the
/// order of the second occurrences in `scopes`.
fn repeated(scopes: impl Iterator<Item = ScopeToken>) -> Vec<ScopeToken> {
    let mut counts = BTreeMap::new();
    scopes
        .filter(|scope| {
            let count = counts.entry(scope.clone()).or_insert(0);
            *count += 1;
            *count == 2
        })
        .collect()
}

fn cycles(entries: &[(ScopeToken, Vec<ScopeToken>)]) -> impl Iterator<Item = String> {
    // If a scope has two entries, `repetitions` reports an error, and this function reads only the first entry.
    let mut positions = BTreeMap::new();
    for (at, (scope, _)) in entries.iter().enumerate() {
        positions.entry(scope.clone()).or_insert(at);
    }
    // A scope without an entry implies nothing, so no cycle passes through it.
    let edges: Vec<Vec<usize>> = entries
        .iter()
        .map(|(_, implied)| implied.iter().filter_map(|child| positions.get(child).copied()).collect())
        .collect();
    scopegate_grammar::cycles(&edges).into_iter().map(|cycle| {
        if let [only] = cycle[..] {
            return format!("`{}` implies itself; leave it out", entries[only].0);
        }
        let scopes = cycle.iter().chain(cycle.first()).map(|at| format!("`{}`", entries[*at].0));
        let path = scopes.collect::<Vec<_>>().join(" implies ");
        format!("{path}; leave one of these out")
    })
}
