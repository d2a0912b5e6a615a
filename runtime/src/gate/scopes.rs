//! What a gate knows of scopes: the floor, the vocabulary, what implies what, and how clients are to ask.

use std::sync::Arc;

use super::Gate;
use crate::scope::{Hierarchy, Scope, ScopeTable, ScopeToken, Vocabulary, VocabularyEntry, Wildcards};

/// The scopes of a gate.
#[derive(Clone, Default)]
pub(super) struct Scopes {
    pub(super) floor: Vec<Scope>,
    vocabulary: Vec<VocabularyEntry>,
    relations: Vec<(Scope, Vec<Scope>)>,
    wildcards: Wildcards,
    /// What follows from vocabulary, relations and wildcards, or why nothing does.
    pub(super) hierarchy: Hierarchy,
    contradictions: Vec<String>,
    pub(super) strategy: Strategy,
    advertise: Advertise,
    asked_as: Option<AskedAs>,
}

type AskedAs = Arc<dyn Fn(&str) -> String + Send + Sync>;

/// What a 403 asks for beyond what the operation needs; see [`Gate::strategy`].
///
/// # Examples
///
/// ```
/// use scopegate::{Gate, StaticKeys, Strategy};
///
/// let keys = StaticKeys::parse("sk_read=files:read")?;
/// let gate = Gate::static_keys("files", keys).strategy(Strategy::Recommended);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Strategy {
    /// Nothing: the least privilege, and the most step-ups.
    #[default]
    Minimum,
    /// The scopes that the attribute names as `related(..)`: fewer step-ups. They are never enforced.
    Recommended,
}

/// Which scopes the metadata names as `scopes_supported`; see [`Gate::advertise`].
///
/// # Examples
///
/// ```
/// use scopegate::{Advertise, Gate, Scope, StaticKeys};
///
/// let keys = StaticKeys::parse("sk_read=files:read")?;
/// let gate = Gate::static_keys("files", keys)
///     .floor([Scope::from_static("files:read")])
///     .advertise(Advertise::Baseline);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Advertise {
    /// Every scope that a handler or the floor names, but those that the vocabulary leaves out.
    #[default]
    Catalog,
    /// The floor, and those that the vocabulary marks as `baseline`.
    Baseline,
}

impl Gate {
    /// Sets the scopes that every protected operation needs, besides its own.
    #[must_use]
    pub fn floor(mut self, scopes: impl IntoIterator<Item = Scope>) -> Self {
        self.change().scopes.floor = scopes.into_iter().collect();
        self
    }

    /// Declares the scopes of `V` to be those that there are, and what they imply.
    ///
    /// From then on a scope that a handler or the floor names and no vocabulary has is an error at startup. Several
    /// vocabularies add up.
    ///
    /// # Examples
    ///
    /// ```
    /// # use scopegate::{Gate, StaticKeys};
    /// use scopegate::Vocabulary;
    ///
    /// #[derive(Clone, Copy, Vocabulary)]
    /// enum FilesScope {
    ///     /// See your files.
    ///     #[scope("files:read")]
    ///     Read,
    ///     /// Change your files.
    ///     #[scope("files:write", implies(Read))]
    ///     Write,
    /// }
    ///
    /// # let keys = StaticKeys::parse("sk_write=files:write")?;
    /// let gate = Gate::static_keys("files", keys).vocabulary::<FilesScope>();
    /// # Ok::<(), scopegate::InvalidKey>(())
    /// ```
    #[must_use]
    pub fn vocabulary<V: Vocabulary>(mut self) -> Self {
        self.change().scopes.change(|scopes| scopes.vocabulary.extend(V::ENTRIES));
        self
    }

    /// Says which scopes imply others, where there is no vocabulary to say so.
    ///
    /// Implication is transitive. It counts when a token is judged, and never changes what clients are told to ask for. A
    /// circle is an error at startup, and so is a scope with two entries, the vocabulary's included.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::{Gate, Scope, StaticKeys};
    ///
    /// const READ: Scope = Scope::from_static("files:read");
    /// const WRITE: Scope = Scope::from_static("files:write");
    ///
    /// # let keys = StaticKeys::parse("sk_write=files:write")?;
    /// let gate = Gate::static_keys("files", keys).implies([(WRITE, [READ])]);
    /// # Ok::<(), scopegate::InvalidKey>(())
    /// ```
    #[must_use]
    pub fn implies<I>(mut self, relations: impl IntoIterator<Item = (Scope, I)>) -> Self
    where
        I: IntoIterator<Item = Scope>,
    {
        let relations = relations.into_iter().map(|(scope, implied)| (scope, implied.into_iter().collect()));
        self.change().scopes.change(|scopes| scopes.relations.extend(relations));
        self
    }

    /// Lets granted scopes that end in `*` stand for others; without this, `*` is a character like any other.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::{Gate, StaticKeys, Wildcards};
    ///
    /// let keys = StaticKeys::parse("sk_all=files:*")?;
    /// let gate = Gate::static_keys("files", keys).wildcards(Wildcards::Prefixed);
    /// # Ok::<(), scopegate::InvalidKey>(())
    /// ```
    #[must_use]
    pub fn wildcards(mut self, wildcards: Wildcards) -> Self {
        self.change().scopes.change(|scopes| scopes.wildcards = wildcards);
        self
    }

    /// Sets what a 403 asks for beyond what the operation needs.
    #[must_use]
    pub fn strategy(mut self, strategy: Strategy) -> Self {
        self.change().scopes.strategy = strategy;
        self
    }

    /// Sets which scopes the metadata names.
    ///
    /// MCP wants a short list, and some clients ask for all of it at their first login; but others ask for
    /// this list alone and never step up, so that a scope that is missing here is out of their reach.
    #[must_use]
    pub fn advertise(mut self, advertise: Advertise) -> Self {
        self.change().scopes.advertise = advertise;
        self
    }

    /// Says how clients are to ask for a scope, where the authorization server has another name for it than its tokens.
    ///
    /// Entra ID, for example, takes `api://ID/files.read` and puts `files.read` into the token. Challenges and metadata
    /// have what `asked` answers; tokens are judged by the scopes themselves. What is no scope is an error at startup.
    ///
    /// # Examples
    ///
    /// ```
    /// # use scopegate::{Gate, Resource};
    /// # use scopegate::{Token, TokenVerifier, VerifyError};
    /// # struct Sessions;
    /// # impl TokenVerifier for Sessions {
    /// #     async fn verify(&self, _: &str) -> Result<Token, VerifyError> { Err(VerifyError::Expired) }
    /// # }
    /// # let resource = Resource::new("https://files.example.com")?.authorization_server("https://auth.example.com")?;
    /// let gate = Gate::new(resource, Sessions).asked_as(|scope| format!("api://files/{scope}"));
    /// # Ok::<(), scopegate::InvalidResource>(())
    /// ```
    #[must_use]
    pub fn asked_as(mut self, asked: impl Fn(&str) -> String + Send + Sync + 'static) -> Self {
        self.change().scopes.asked_as = Some(Arc::new(asked));
        self
    }
}

/// For documents about the API.
#[cfg(feature = "utoipa")]
impl Gate {
    pub(crate) fn floor_scopes(&self) -> &[Scope] {
        &self.0.scopes.floor
    }

    /// Returns the name by which clients ask for a scope, or for what a template makes.
    pub(crate) fn asked_name(&self, text: &str) -> String {
        let asked = self.0.scopes.asked(vec![ScopeToken::filled(text)]);
        asked.first().map_or_else(|| text.to_owned(), ToString::to_string)
    }

    /// Returns what the vocabulary says of a scope; nothing of a template, which no vocabulary has.
    pub(crate) fn description_of(&self, need: crate::scope::Need) -> &'static str {
        need.scope().and_then(|scope| self.0.scopes.entry(scope)).map_or("", VocabularyEntry::description)
    }
}

impl Scopes {
    /// Changes what the hierarchy follows from, and has it follow.
    fn change(&mut self, change: impl FnOnce(&mut Self)) {
        change(self);
        let declared = self.vocabulary.iter().map(|entry| (entry.scope(), entry.implied().to_vec()));
        match Hierarchy::new(declared.chain(self.relations.iter().cloned())) {
            Ok(hierarchy) => {
                self.hierarchy = hierarchy.wildcards(self.wildcards);
                self.contradictions = Vec::new();
            }
            Err(invalid) => {
                self.hierarchy = Hierarchy::default();
                self.contradictions = invalid.problems().to_vec();
            }
        }
    }

    /// Returns what the metadata names, sorted.
    pub(super) fn advertised(&self, table: &ScopeTable) -> Vec<ScopeToken> {
        let mut scopes = match self.advertise {
            Advertise::Catalog => table.catalog(),
            Advertise::Baseline => Vec::new(),
        };
        let baseline = self.vocabulary.iter().filter(|entry| entry.is_baseline());
        if self.advertise == Advertise::Baseline {
            scopes.extend(baseline.map(VocabularyEntry::scope));
        }
        scopes.extend(&self.floor);
        scopes.sort_unstable();
        scopes.dedup();
        scopes.retain(|scope| self.entry(*scope).is_none_or(VocabularyEntry::is_advertised));
        self.asked(scopes.into_iter().map(ScopeToken::from).collect())
    }

    /// Gives each scope the name that clients are to ask for.
    pub(super) fn asked(&self, scopes: Vec<ScopeToken>) -> Vec<ScopeToken> {
        let Some(asked_as) = &self.asked_as else { return scopes };
        let name = |scope: ScopeToken| match asked_as(scope.as_str()) {
            asked if scopegate_grammar::check(&asked).is_ok() => ScopeToken::filled(&asked),
            _ => scope,
        };
        scopes.into_iter().map(name).collect()
    }

    /// Returns what is wrong with the scopes of the gate and of the table.
    pub(super) fn problems(&self, table: &ScopeTable) -> Vec<String> {
        let named: Vec<(Scope, String)> = table
            .entries()
            .iter()
            .flat_map(|entry| {
                let by = format!("`{}`", entry.row().handler());
                let scopes = entry.row().policy().needs().filter_map(crate::scope::Need::scope);
                scopes.map(move |scope| (scope, by.clone()))
            })
            .chain(self.floor.iter().map(|scope| (*scope, "the floor".to_owned())))
            .collect();
        let mut problems = self.contradictions.clone();
        problems.extend(named.iter().filter_map(|(scope, by)| self.unknown(*scope, by)));
        problems.extend(named.iter().filter_map(|(scope, _)| self.misnamed(*scope)));
        let mut seen = std::collections::HashSet::new();
        problems.retain(|problem| seen.insert(problem.clone()));
        problems
    }

    fn unknown(&self, scope: Scope, by: &str) -> Option<String> {
        if self.vocabulary.is_empty() || self.entry(scope).is_some() {
            return None;
        }
        let known = self.vocabulary.iter().map(|entry| entry.scope().as_str());
        let hint = scopegate_grammar::suggest(scope.as_str(), known);
        let hint = hint.map(|known| format!("; did you mean `{known}`?")).unwrap_or_default();
        Some(format!("{by} names the scope `{scope}`, which no vocabulary has{hint}"))
    }

    fn misnamed(&self, scope: Scope) -> Option<String> {
        let asked = self.asked_as.as_ref()?(scope.as_str());
        let fault = scopegate_grammar::check(&asked).err()?;
        Some(format!("clients would ask for `{scope}` as {asked:?}: {fault}"))
    }

    fn entry(&self, scope: Scope) -> Option<&VocabularyEntry> {
        self.vocabulary.iter().find(|entry| entry.scope() == scope)
    }
}
