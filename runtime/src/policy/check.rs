//! Finds the problems of a policy, and of a table that is used with this policy.

use scopegate_grammar::{has_braces, is_meant_as_template};

use super::{Policy, StartupError, decision::each_once};
#[cfg(feature = "axum")]
use crate::scope::{GrantedScopes, Wildcards, fits};
use crate::scope::{ScopeTable, ScopeToken};

impl Policy {
    /// Checks the policy and the scopes that `table` names. If vocabularies are registered, each scope must be in one
    /// of them. If at least one vocabulary contains templates, each template in `table` must be in one of the
    /// vocabularies.
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
    /// vocabularies are registered and a scope is in none of them. Fails if the floor or an implication names a
    /// template, because only a request has values for the parameters. Also fails if a name from
    /// [`asked_as`](Policy::asked_as) is not a valid scope. The error lists every problem.
    pub fn check(&self, table: &ScopeTable) -> Result<(), StartupError> {
        StartupError::unless(self.problems(table), || ())
    }

    pub(crate) fn problems(&self, table: &ScopeTable) -> Vec<String> {
        let mut problems = self.contradictions.clone();
        problems.extend(self.templates_of_the_floor());
        problems.extend(self.templates_of_implications());
        let needs = table.entries().iter().flat_map(|entry| {
            entry.terms().needs().map(move |need| (need, format!("`{}` names", entry.handler())))
        });
        let (templates, scopes): (Vec<_>, Vec<_>) = needs.partition(|(need, _)| need.is_template());
        let of_table = scopes.into_iter().filter_map(|(need, by)| Some((need.scope()?, by)));
        let floor = self.floor.iter().filter(|scope| !is_meant_as_template(scope.as_str()));
        let of_floor = floor.map(|scope| (scope.clone(), "the floor names".to_owned()));
        let named: Vec<(ScopeToken, String)> = of_table.chain(of_floor).collect();
        let unknown =
            |(scope, by): &(ScopeToken, String)| self.unknown(scope.as_str(), &format!("{by} the scope"));
        // A vocabulary cannot declare a scope with braces, because it would be a template there.
        let declarable = named.iter().filter(|(scope, _)| !has_braces(scope.as_str()));
        problems.extend(declarable.filter_map(unknown));
        problems.extend(templates.iter().filter_map(|(need, by)| self.unknown_template(need.as_str(), by)));
        problems.extend(named.iter().filter_map(|(scope, _)| self.misnamed(scope)));
        each_once(problems.into_iter())
    }

    /// Describes each floor scope that has a parameter in braces. The floor applies to every path, and not every path
    /// has a value for the parameter.
    fn templates_of_the_floor(&self) -> impl Iterator<Item = String> {
        let templates = self.floor.iter().filter(|scope| is_meant_as_template(scope.as_str()));
        templates.map(|scope| {
            format!(
                "the floor names the template `{scope}`, but not every path has values for the parameters; name the template in the attributes of the handlers, or in `Router::requiring`"
            )
        })
    }

    /// Describes each implication in which at least one scope has a parameter in braces.
    fn templates_of_implications(&self) -> Vec<String> {
        let pairs = self
            .declared()
            .flat_map(|(scope, implied)| implied.into_iter().map(move |implied| (scope.clone(), implied)));
        let with_templates = pairs.filter(|(scope, implied)| {
            [scope, implied].into_iter().any(|scope| is_meant_as_template(scope.as_str()))
        });
        with_templates
            .map(|(scope, implied)| {
                format!(
                    "`{scope}` implies `{implied}`, but an implication cannot name a template; write `any(\"{implied}\", \"{scope}\")` in the attributes that name `{implied}`"
                )
            })
            .collect()
    }

    /// Describes a scope that a token can have but that no operation needs. The scope covers no scope of a vocabulary,
    /// and no scope that fits a template of the table.
    #[cfg(feature = "axum")]
    pub(crate) fn useless(&self, scope: &str, by: &str, table: &ScopeTable) -> Option<String> {
        let granted = GrantedScopes::parse(scope);
        let named = self.implications().flat_map(|(scope, implied)| implied.into_iter().chain([scope]));
        let covered: Vec<ScopeToken> = named.filter(|named| self.covers(&granted, named.as_str())).collect();
        let templates: Vec<_> = table.entries().iter().flat_map(|entry| entry.terms().templates()).collect();
        let is_useful = |scope: &str| {
            let meets =
                |template: &str| fits(template, scope) || self.wildcards.may_stand_for(scope, template);
            self.known(false).any(|known| known == scope)
                || templates.iter().any(|template| meets(template))
                || is_literal_with_braces(scope, table)
        };
        let mut all = covered.iter().map(ScopeToken::as_str).chain([scope]);
        if all.any(is_useful) {
            return None;
        }
        if is_meant_as_template(scope) {
            return Some(format!(
                "{by} `{scope}`, which is a template; write a value in place of each parameter in braces"
            ));
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

    /// Describes a scope that is in no vocabulary. The description begins with `by`, which says where the scope comes
    /// from, for example "the floor names the scope" or "the role `admin` grants".
    fn unknown(&self, scope: &str, by: &str) -> Option<String> {
        if self.vocabulary.is_empty() { None } else { unknown_among(self.known(false), scope, by) }
    }

    /// Describes a template that is in no vocabulary. Returns `None` if no vocabulary has templates: in that case,
    /// every template is allowed.
    fn unknown_template(&self, template: &str, by: &str) -> Option<String> {
        if self.has_templates() {
            unknown_among(self.known(true), template, &format!("{by} the template"))
        } else {
            None
        }
    }

    /// Iterates over the templates of the vocabulary if `templates` is true, and over its scopes otherwise.
    fn known(&self, templates: bool) -> impl Iterator<Item = &'static str> + Clone {
        let entries = self.vocabulary.iter().filter(move |entry| entry.is_template() == templates);
        entries.map(|entry| entry.scope().as_str())
    }

    /// Returns a scope of the vocabulary that is spelt almost like `scope`, or `None` if no scope is similar.
    #[cfg(feature = "rmcp")]
    pub(crate) fn suggestion(&self, scope: &str) -> Option<&str> {
        scopegate_grammar::suggest(scope, self.known(false))
    }

    fn misnamed(&self, scope: &ScopeToken) -> Option<String> {
        let asked = self.asked_as.as_ref()?(scope.as_str());
        let fault = scopegate_grammar::check(&asked).err()?;
        Some(format!("clients would ask for `{scope}` as {asked:?}: {fault}"))
    }
}

/// Tells whether a row names a scope with literal braces. A vocabulary cannot declare such a scope.
#[cfg(feature = "axum")]
fn is_literal_with_braces(scope: &str, table: &ScopeTable) -> bool {
    let mut needs = table.entries().iter().flat_map(|entry| entry.terms().needs());
    has_braces(scope) && needs.any(|need| !need.is_template() && need.as_str() == scope)
}

fn unknown_among(known: impl Iterator<Item = &'static str> + Clone, text: &str, by: &str) -> Option<String> {
    if known.clone().any(|known| known == text) {
        return None;
    }
    let hint = scopegate_grammar::suggest(text, known);
    let hint = hint.map(|known| format!("; did you mean `{known}`?")).unwrap_or_default();
    Some(format!("{by} `{text}`, which no vocabulary has{hint}"))
}
