//! Implication: which scopes stand for which others. It counts when judging, and never changes what is emitted.

use std::{collections::BTreeMap, fmt};

use crate::scope::{GrantedScopes, Scope, VocabularyEntry};

/// Which scopes imply which others, transitively.
///
/// The default implies nothing: a scope covers itself alone.
///
/// # Examples
///
/// ```
/// use scopegate::{GrantedScopes, Hierarchy, Scope};
///
/// const READ: Scope = Scope::from_static("files:read");
/// const WRITE: Scope = Scope::from_static("files:write");
/// const ADMIN: Scope = Scope::from_static("files:admin");
///
/// # fn main() -> Result<(), scopegate::InvalidHierarchy> {
/// let hierarchy = Hierarchy::new([(WRITE, [READ]), (ADMIN, [WRITE])])?;
/// assert!(hierarchy.covers(&GrantedScopes::parse("files:admin"), "files:read"));
/// assert!(!hierarchy.covers(&GrantedScopes::parse("files:read"), "files:write"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct Hierarchy {
    /// All that are named, sorted.
    scopes: Vec<Scope>,
    /// For each scope the positions of those that imply it directly.
    parents: Vec<Vec<usize>>,
    /// For each scope the positions of all that stand for it, itself left out, sorted.
    ancestors: Vec<Box<[usize]>>,
    wildcards: Wildcards,
    /// The positions of those that are wildcards.
    named_wildcards: Vec<usize>,
}

/// Which scopes that end in `*` stand for others.
///
/// # Examples
///
/// ```
/// use scopegate::{GrantedScopes, Hierarchy, Wildcards};
///
/// let granted = GrantedScopes::parse("files:*");
/// assert!(!Hierarchy::default().covers(&granted, "files:read"));
/// assert!(Hierarchy::default().wildcards(Wildcards::Prefixed).covers(&granted, "files:read"));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Wildcards {
    /// None: `*` is a character like any other.
    #[default]
    Off,
    /// Those whose last characters are a separator (`:` or `/`) and `*`. They stand for each scope that begins with
    /// all before the `*` and goes on: `files:*` for `files:read` and `files:a:b`, not for `files`, `files:` or
    /// `filesx:read`. `*` elsewhere is a character like any other.
    Prefixed,
    /// These, and a `*` alone, which stands for each scope.
    PrefixedAndBare,
}

impl Hierarchy {
    /// Makes the relation in which each scope implies the ones beside it.
    ///
    /// What is implied needs no entry of its own. That which follows from the rest may be said as well.
    ///
    /// # Errors
    ///
    /// When a scope has two entries, implies another twice, or implies itself, be it through others.
    pub fn new<I>(entries: impl IntoIterator<Item = (Scope, I)>) -> Result<Self, InvalidHierarchy>
    where
        I: IntoIterator<Item = Scope>,
    {
        let entries: Vec<(Scope, Vec<Scope>)> =
            entries.into_iter().map(|(scope, implied)| (scope, implied.into_iter().collect())).collect();
        let problems: Vec<String> = repetitions(&entries).chain(cycles(&entries)).collect();
        if !problems.is_empty() {
            return Err(InvalidHierarchy { problems });
        }
        let mut scopes: Vec<Scope> =
            entries.iter().flat_map(|(scope, implied)| implied.iter().chain([scope])).copied().collect();
        scopes.sort_unstable();
        scopes.dedup();
        let position = |scope: &Scope| scopes.partition_point(|known| known < scope);
        let mut parents = vec![Vec::new(); scopes.len()];
        for (scope, implied) in &entries {
            for child in implied {
                parents[position(child)].push(position(scope));
            }
        }
        Ok(Self { scopes, parents, ..Self::default() }.closed())
    }

    /// Makes the relation that vocabularies declare; join the [entries](crate::Vocabulary::ENTRIES) of several.
    ///
    /// # Errors
    ///
    /// As [`Hierarchy::new`]. A derived vocabulary alone has no errors: the compiler has found them.
    pub fn of<'a>(entries: impl IntoIterator<Item = &'a VocabularyEntry>) -> Result<Self, InvalidHierarchy> {
        Self::new(entries.into_iter().map(|entry| (entry.scope(), entry.implied().iter().copied())))
    }

    /// Says which scopes that end in `*` stand for others, granted ones and those of the relation alike: where `admin`
    /// implies `tenant:*`, it covers `tenant:acme:read`.
    #[must_use]
    pub fn wildcards(self, wildcards: Wildcards) -> Self {
        Self { wildcards, ..self }.closed()
    }

    /// Tells whether `granted` has `scope`, or one that stands for it. Allocates nothing.
    ///
    /// A `scope` that the relation does not name is had by itself and by wildcards.
    #[must_use]
    pub fn covers(&self, granted: &GrantedScopes, scope: &str) -> bool {
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

    fn has(&self, granted: &GrantedScopes, scope: &str) -> bool {
        granted.contains(scope) || self.has_wildcard_for(granted, scope)
    }

    fn has_ancestor(&self, granted: &GrantedScopes, at: usize) -> bool {
        let ancestors = &self.ancestors[at];
        // The shorter list is walked through, and looked up in the other; only wildcards are in none.
        if self.wildcards == Wildcards::Off && granted.len() < ancestors.len() {
            let is_ancestor = |at| ancestors.binary_search(&at).is_ok();
            return granted.iter().filter_map(|scope| self.position(scope)).any(is_ancestor);
        }
        ancestors.iter().any(|at| self.has(granted, self.scopes[*at].as_str()))
    }

    fn position(&self, scope: &str) -> Option<usize> {
        self.scopes.binary_search_by(|known| known.as_str().cmp(scope)).ok()
    }

    fn has_wildcard_for(&self, granted: &GrantedScopes, scope: &str) -> bool {
        self.wildcards != Wildcards::Off
            && granted.iter().any(|wildcard| self.wildcards.stands_for(wildcard, scope))
    }

    /// Finds the ancestors of each scope.
    fn closed(mut self) -> Self {
        let is_wildcard = |at: &usize| self.wildcards.includes(self.scopes[*at].as_str());
        self.named_wildcards = (0..self.scopes.len()).filter(is_wildcard).collect();
        let parents = self.parents_with_wildcards();
        let mut found_for = vec![usize::MAX; self.scopes.len()];
        self.ancestors =
            (0..self.scopes.len()).map(|at| ancestors(at, &parents, &mut found_for).into()).collect();
        self
    }

    /// A wildcard of the relation is a parent of all that it stands for.
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

/// Finds all that lead to `start` by `parents`, sorted. Wildcards may lead in a circle.
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
    fn includes(self, scope: &str) -> bool {
        match self {
            Self::Off => false,
            Self::Prefixed => prefix_of(scope).is_some(),
            Self::PrefixedAndBare => scope == "*" || prefix_of(scope).is_some(),
        }
    }

    fn stands_for(self, wildcard: &str, scope: &str) -> bool {
        self.includes(wildcard)
            && prefix_of(wildcard)
                .is_none_or(|prefix| scope.len() > prefix.len() && scope.starts_with(prefix))
    }
}

/// Returns all before the `*`, if `scope` is a prefixed wildcard.
fn prefix_of(scope: &str) -> Option<&str> {
    scope.strip_suffix('*').filter(|prefix| prefix.ends_with([':', '/']))
}

fn repetitions(entries: &[(Scope, Vec<Scope>)]) -> impl Iterator<Item = String> {
    let declared = repeated(entries.iter().map(|(scope, _)| *scope))
        .into_iter()
        .map(|scope| format!("`{scope}` is declared twice; give it one entry"));
    let implied = entries.iter().flat_map(|(scope, implied)| {
        repeated(implied.iter().copied())
            .into_iter()
            .map(move |child| format!("`{scope}` implies `{child}` twice; write it once"))
    });
    declared.chain(implied)
}

/// Returns each that stands more than once, in order.
fn repeated(scopes: impl Iterator<Item = Scope>) -> Vec<Scope> {
    let mut counts = BTreeMap::new();
    scopes
        .filter(|scope| {
            let count = counts.entry(*scope).or_insert(0);
            *count += 1;
            *count == 2
        })
        .collect()
}

fn cycles(entries: &[(Scope, Vec<Scope>)]) -> impl Iterator<Item = String> {
    // Of several entries for one scope, which are a problem already, this reads the first.
    let mut positions = BTreeMap::new();
    for (at, (scope, _)) in entries.iter().enumerate() {
        positions.entry(*scope).or_insert(at);
    }
    // What has no entry implies nothing, so no cycle passes through it.
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

/// The reasons why scopes cannot imply one another as they were said to: everything that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidHierarchy {
    problems: Vec<String>,
}

impl InvalidHierarchy {
    /// Returns the problems, each a sentence that says what to write instead.
    #[must_use]
    pub fn problems(&self) -> &[String] {
        &self.problems
    }
}

impl fmt::Display for InvalidHierarchy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the scopes cannot imply one another so:")?;
        self.problems.iter().try_for_each(|problem| write!(f, "\n- {problem}"))
    }
}

impl std::error::Error for InvalidHierarchy {}
