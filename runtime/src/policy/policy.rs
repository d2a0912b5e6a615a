//! A policy adds rules to the requirements that operations declare. It also says which scopes clients should
//! request.

use std::{fmt, sync::Arc};

#[cfg(feature = "axum")]
use scopegate_grammar::is_template;

use super::decision::each_once;
use crate::scope::{
    Alike, GrantedScopes, Hierarchy, ScopeTable, ScopeToken, Vocabulary, VocabularyEntry, Wildcards, alike,
};

/// The rules that a gate adds to the requirements of operations, such as the floor, the vocabulary and the
/// implications.
///
/// A [`Gate`](https://docs.rs/scopegate/latest/scopegate/struct.Gate.html) has a policy. Methods of the gate,
/// such as `floor` and `vocabulary`, change this policy. Use a `Policy` by itself where there is no gate: in
/// a server over stdio, in tests, and in code that writes or checks the lock file.
///
/// # Examples
///
/// ```
/// use scopegate::{GrantedScopes, Policy, Scope, requirement};
///
/// const READ: Scope = Scope::from_static("files:read");
/// const ADMIN: Scope = Scope::from_static("files:admin");
///
/// let policy = Policy::new().floor([Scope::from_static("api")]).implies([(ADMIN, [READ])]);
/// assert!(policy.permits(&GrantedScopes::parse("api files:admin"), &requirement!("files:read")));
/// assert!(!policy.permits(&GrantedScopes::parse("files:admin"), &requirement!("files:read")));
/// assert_eq!(policy.asks_for(&requirement!("files:read")), [Scope::from_static("api"), READ]);
/// ```
#[derive(Clone, Default)]
#[must_use]
pub struct Policy {
    pub(super) floor: Vec<ScopeToken>,
    pub(super) vocabulary: Vec<VocabularyEntry>,
    pub(super) relations: Vec<(ScopeToken, Vec<ScopeToken>)>,
    pub(super) wildcards: Wildcards,
    /// The hierarchy, built from the vocabulary, the implications and the wildcards. The hierarchy is empty if there
    /// are `contradictions`.
    pub(super) hierarchy: Hierarchy,
    pub(super) contradictions: Vec<String>,
    pub(super) strategy: Strategy,
    advertise: Advertise,
    pub(super) asked_as: Option<AskedAs>,
}

type AskedAs = Arc<dyn Fn(&str) -> String + Send + Sync>;

/// Which scopes a 403 asks for in addition to those that the operation needs; see [`Policy::strategy`].
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
    /// No additional scopes. Tokens get only the scopes that the operations need, but users must step up more often
    /// than with `Recommended`.
    #[default]
    Minimum,
    /// The scopes that the handler's attribute lists as `related(..)`. With this strategy, users need to step up less
    /// often than with `Minimum`. The gate never requires related scopes.
    Recommended,
}

/// Which scopes the metadata lists in `scopes_supported`; see [`Policy::advertise`].
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
    /// Every scope that a handler, a group of routes or the floor names, except templates and the scopes that the
    /// vocabulary marks as `unadvertised`.
    #[default]
    Catalog,
    /// The floor, and the scopes that the vocabulary marks as `baseline`. A scope of the floor is left out if the
    /// vocabulary marks it as `unadvertised`.
    Baseline,
}

impl Policy {
    /// Makes a policy that demands nothing beyond what operations declare.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the scopes that every protected operation needs in addition to its own scopes. The argument is an array or
    /// another collection, even if there is only one scope, as in `.floor([Notes::Use])`.
    pub fn floor(mut self, scopes: impl IntoIterator<Item: Into<ScopeToken>>) -> Self {
        self.floor = scopes.into_iter().map(Into::into).collect();
        self
    }

    /// Registers the scopes of `V`, and what they imply.
    ///
    /// Once a vocabulary is registered, every scope of a handler, of a group of routes and of the floor must be in a
    /// vocabulary. If a scope is in no vocabulary, the gate does not start. Templates need not be in a vocabulary. You
    /// can register several vocabularies.
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
    pub fn vocabulary<V: Vocabulary>(mut self) -> Self {
        self.change(|policy| policy.vocabulary.extend(V::ENTRIES));
        self
    }

    /// Sets which scopes imply other scopes. Use this method in a program without a vocabulary.
    ///
    /// Implication is transitive. Implications affect the check of a token, but not the list of scopes in a challenge.
    /// An implication cycle is an error at startup. Two entries for one scope are also an error, even if one is in
    /// `relations` and the other in a vocabulary.
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
    pub fn implies<S, I>(mut self, relations: impl IntoIterator<Item = (S, I)>) -> Self
    where
        S: Into<ScopeToken>,
        I: IntoIterator<Item: Into<ScopeToken>>,
    {
        let relations = relations
            .into_iter()
            .map(|(scope, implied)| (scope.into(), implied.into_iter().map(Into::into).collect()));
        self.change(|policy| policy.relations.extend(relations));
        self
    }

    /// Lets granted scopes that end in `*` cover other scopes. By default, `*` is an ordinary character.
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
    pub fn wildcards(mut self, wildcards: Wildcards) -> Self {
        self.change(|policy| policy.wildcards = wildcards);
        self
    }

    /// Sets which scopes a 403 asks for in addition to those that the operation needs.
    pub fn strategy(mut self, strategy: Strategy) -> Self {
        self.strategy = strategy;
        self
    }

    /// Sets which scopes the metadata lists.
    ///
    /// MCP recommends a short list. Some clients request all scopes of the list at their first login. But a client that
    /// never steps up gets only the scopes of this list.
    pub fn advertise(mut self, advertise: Advertise) -> Self {
        self.advertise = advertise;
        self
    }

    /// Sets the names that clients use to request scopes. Use this method if the authorization server writes the scopes
    /// into tokens under other names.
    ///
    /// For example, clients of Entra ID request `api://ID/files.read`, and the token has `files.read`.
    /// Challenges and metadata use the name that `asked` returns for a scope. To check a token, the gate uses
    /// the scope itself, not this name. A name that is not a valid scope is an error at startup.
    ///
    /// # Examples
    ///
    /// ```
    /// # use scopegate::{Gate, Resource};
    /// # use scopegate::{Presented, Token, TokenVerifier, VerifyError};
    /// # struct Sessions;
    /// # impl TokenVerifier for Sessions {
    /// #     async fn verify(&self, _: &Presented<'_>) -> Result<Token, VerifyError> { Err(VerifyError::expired()) }
    /// # }
    /// # let resource = Resource::new("https://files.example.com")?.authorization_server("https://auth.example.com")?;
    /// let gate = Gate::new(resource, Sessions).asked_as(|scope| format!("api://files/{scope}"));
    /// # Ok::<(), scopegate::InvalidResource>(())
    /// ```
    pub fn asked_as(mut self, asked: impl Fn(&str) -> String + Send + Sync + 'static) -> Self {
        self.asked_as = Some(Arc::new(asked));
        self
    }

    /// Tells whether `granted` contains `scope` itself, another scope that implies `scope`, or a wildcard that covers
    /// `scope`. Allocates nothing.
    #[must_use]
    pub fn covers(&self, granted: &GrantedScopes, scope: &str) -> bool {
        self.hierarchy.covers(granted, scope)
    }

    /// Returns the scopes that every protected operation needs.
    pub fn floor_scopes(&self) -> &[ScopeToken] {
        &self.floor
    }

    /// Changes an input of the hierarchy, and rebuilds the hierarchy.
    fn change(&mut self, change: impl FnOnce(&mut Self)) {
        change(self);
        match Hierarchy::new(self.declared()) {
            Ok(hierarchy) => {
                self.hierarchy = hierarchy.wildcards(self.wildcards);
                self.contradictions = Vec::new();
            }
            Err(contradictions) => {
                self.hierarchy = Hierarchy::default();
                self.contradictions = contradictions;
            }
        }
    }

    /// Iterates over the scopes, each with the scopes that it implies directly. The scopes of the vocabulary come
    /// first.
    #[cfg(feature = "axum")]
    pub(crate) fn implications(&self) -> impl Iterator<Item = (ScopeToken, Vec<ScopeToken>)> {
        self.declared().filter(|(scope, _)| !is_template(scope.as_str()))
    }

    /// Does the same as `implications`, but includes the templates.
    pub(super) fn declared(&self) -> impl Iterator<Item = (ScopeToken, Vec<ScopeToken>)> {
        let declared = self.vocabulary.iter().map(|entry| {
            (entry.scope().into(), entry.implied().iter().copied().map(ScopeToken::from).collect())
        });
        declared.chain(self.relations.iter().cloned())
    }

    /// Returns the scopes that the metadata lists. Sorts the scopes alphabetically, and then maps each scope to the name
    /// by which clients request it.
    pub(crate) fn advertised(&self, table: &ScopeTable) -> Vec<ScopeToken> {
        let mut scopes = match self.advertise {
            Advertise::Catalog => table.catalog(),
            Advertise::Baseline => {
                let baseline =
                    self.vocabulary.iter().filter(|entry| entry.is_baseline() && !entry.is_template());
                baseline.map(|entry| entry.scope().into()).collect()
            }
        };
        scopes.extend(self.floor.iter().cloned());
        scopes.sort_unstable();
        scopes.dedup();
        scopes.retain(|scope| self.entry(scope.as_str()).is_none_or(VocabularyEntry::is_advertised));
        self.asked(scopes)
    }

    /// Returns the names by which clients request `scopes`, each name once.
    pub(crate) fn asked(&self, scopes: Vec<ScopeToken>) -> Vec<ScopeToken> {
        let Some(asked_as) = &self.asked_as else { return scopes };
        let name = |scope: ScopeToken| ScopeToken::new(&asked_as(scope.as_str())).unwrap_or(scope);
        // An authorization server can have one name for several scopes.
        each_once(scopes.into_iter().map(name))
    }

    /// Returns the name by which clients request a scope or a template.
    #[cfg(feature = "export")]
    pub(crate) fn asked_name(&self, text: &str) -> String {
        let asked = self.asked(vec![ScopeToken::filled(text)]);
        asked.first().map_or_else(|| text.to_owned(), ToString::to_string)
    }

    /// Returns the vocabulary's description of a scope. The text is empty if the scope has no description.
    #[must_use]
    pub fn description(&self, scope: &str) -> &'static str {
        self.entry(scope).map_or("", VocabularyEntry::description)
    }

    /// Finds scopes and templates that are spelt almost alike. If the policy has a vocabulary, the gate already rejects
    /// misspelt scopes, so this method looks only at templates. If the vocabulary also has templates, the gate rejects
    /// misspelt templates too, so nothing is left to look for, and this method returns an empty list.
    pub(crate) fn alike<'a>(&self, table: &'a ScopeTable) -> Vec<Alike<'a>> {
        match (self.vocabulary.is_empty(), self.has_templates()) {
            (true, _) => alike(table, false),
            (false, false) => alike(table, true),
            (false, true) => Vec::new(),
        }
    }

    /// Tells whether the vocabulary has a template.
    pub(super) fn has_templates(&self) -> bool {
        self.vocabulary.iter().any(VocabularyEntry::is_template)
    }

    pub(super) fn entry(&self, scope: &str) -> Option<&VocabularyEntry> {
        self.vocabulary.iter().find(|entry| entry.scope().as_str() == scope)
    }
}

impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Policy")
            .field("floor", &self.floor)
            .field("wildcards", &self.wildcards)
            .field("strategy", &self.strategy)
            .finish_non_exhaustive()
    }
}
