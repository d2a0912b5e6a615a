//! Finds the problems of a policy, and of a table that is used with this policy.

use std::collections::HashSet;

use super::{Policy, StartupError};
#[cfg(feature = "axum")]
use crate::scope::{GrantedScopes, Wildcards, fits};
use crate::scope::{NeedRef, ScopeTable, ScopeToken};

impl Policy {
    /// Checks the policy and the scopes that `table` names. If vocabularies are registered, each scope must be in one
    /// of them.
    ///
    /// A gate runs this check when it starts.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::{Policy, Scope, ScopeTable};
    ///
    /// const READ: Scope = Scope::from_static("files:read");
    ///
    /// let error = Policy::new().implies([(READ, [READ])]).check(&ScopeTable::default()).unwrap_err();
    /// assert_eq!(error.problems(), ["`files:read` implies itself; leave it out"]);
    /// ```
    ///
    /// # Errors
    ///
    /// Fails if there is an implication cycle, a duplicate declaration or a duplicate implication. Fails if
    /// vocabularies are registered and a scope is in none of them. Also fails if a name from
    /// [`asked_as`](Policy::asked_as) is not a valid scope. The error lists every problem.
    pub fn check(&self, table: &ScopeTable) -> Result<(), StartupError> {
        StartupError::unless(self.problems(table), || ())
    }

    pub(crate) fn problems(&self, table: &ScopeTable) -> Vec<String> {
        let of_table = table.entries().iter().flat_map(|entry| {
            let by = format!("`{}` names the scope", entry.handler());
            entry.terms().needs().filter_map(NeedRef::scope).map(move |scope| (scope, by.clone()))
        });
        let of_floor = self.floor.iter().map(|scope| (scope.clone(), "the floor names the scope".to_owned()));
        let named: Vec<(ScopeToken, String)> = of_table.chain(of_floor).collect();
        let mut problems = self.contradictions.clone();
        problems.extend(named.iter().filter_map(|(scope, by)| self.unknown(scope.as_str(), by)));
        problems.extend(named.iter().filter_map(|(scope, _)| self.misnamed(scope)));
        let mut seen = HashSet::new();
        problems.retain(|problem| seen.insert(problem.clone()));
        problems
    }

    /// Describes a scope that a token can have but that no operation needs. Such a scope covers no scope of a
    /// vocabulary, and no scope that fits a template of the table.
    #[cfg(feature = "axum")]
    pub(crate) fn useless(&self, scope: &str, by: &str, table: &ScopeTable) -> Option<String> {
        let granted = GrantedScopes::parse(scope);
        let named = self.implications().flat_map(|(scope, implied)| implied.into_iter().chain([scope]));
        let covered: Vec<ScopeToken> = named.filter(|named| self.covers(&granted, named.as_str())).collect();
        let templates: Vec<_> = table.entries().iter().flat_map(|entry| entry.terms().templates()).collect();
        let is_useful = |scope: &str| {
            let meets =
                |template: &str| fits(template, scope) || self.wildcards.may_stand_for(scope, template);
            self.entry(scope).is_some() || templates.iter().any(|template| meets(template))
        };
        let mut all = covered.iter().map(ScopeToken::as_str).chain([scope]);
        if all.any(is_useful) {
            return None;
        }
        if self.vocabulary.is_empty() || !self.ignores_wildcard(scope) {
            return self.unknown(scope, by);
        }
        let setting = Wildcards::setting_for(std::iter::once(scope));
        Some(format!("{by} `{scope}`, which no vocabulary has; a wildcard counts only with `{setting}`"))
    }

    /// Tells whether `scope` is a wildcard that the policy does not enable.
    #[cfg(feature = "axum")]
    pub(crate) fn ignores_wildcard(&self, scope: &str) -> bool {
        self.wildcards.ignores(scope)
    }

    /// Describes a scope that is in no vocabulary. The text `by` says who names the scope.
    fn unknown(&self, scope: &str, by: &str) -> Option<String> {
        if self.vocabulary.is_empty() || self.entry(scope).is_some() {
            return None;
        }
        let hint =
            self.suggestion(scope).map(|known| format!("; did you mean `{known}`?")).unwrap_or_default();
        Some(format!("{by} `{scope}`, which no vocabulary has{hint}"))
    }

    /// Returns the scope of a vocabulary that is spelt almost like `scope`.
    pub(crate) fn suggestion(&self, scope: &str) -> Option<&str> {
        scopegate_grammar::suggest(scope, self.vocabulary.iter().map(|entry| entry.scope().as_str()))
    }

    fn misnamed(&self, scope: &ScopeToken) -> Option<String> {
        let asked = self.asked_as.as_ref()?(scope.as_str());
        let fault = scopegate_grammar::check(&asked).err()?;
        Some(format!("clients would ask for `{scope}` as {asked:?}: {fault}"))
    }
}
