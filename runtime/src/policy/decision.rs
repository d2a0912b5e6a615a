//! The decision: is what a token grants enough, and if not, what is a client to ask for. Pure.

use crate::scope::{Filled, GrantedScopes, Hierarchy, Need, Requirement, Scope, ScopeToken};

/// What one request asks of a token: the gate's floor and the operation's requirement together.
///
/// # Examples
///
/// ```
/// use scopegate::{Demand, GrantedScopes, Scope, requirement};
///
/// const FLOOR: Scope = Scope::from_static("api");
///
/// let demand = Demand::new(&[FLOOR], requirement!("files:read"));
/// assert!(!demand.is_met_by(&GrantedScopes::parse("files:read")));
/// let ask: Vec<String> = demand.to_ask().iter().map(ToString::to_string).collect();
/// assert_eq!(ask, ["api", "files:read"]);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Demand<'a> {
    floor: &'a [Scope],
    requirement: Requirement,
    hierarchy: Option<&'a Hierarchy>,
    filled: Option<&'a Filled>,
}

impl<'a> Demand<'a> {
    /// Joins the scopes that every protected operation needs with what this one needs.
    #[must_use]
    pub const fn new(floor: &'a [Scope], requirement: Requirement) -> Self {
        Self { floor, requirement, hierarchy: None, filled: None }
    }

    /// Lets scopes stand for those that they imply. This counts when judging, and changes nothing of what is asked for.
    #[must_use]
    pub const fn with_hierarchy(mut self, hierarchy: &'a Hierarchy) -> Self {
        self.hierarchy = Some(hierarchy);
        self
    }

    /// Says what the templates come to; without that, no token meets them.
    #[must_use]
    pub(crate) const fn with_filled(mut self, filled: &'a Filled) -> Self {
        self.filled = Some(filled);
        self
    }

    /// Tells whether a valid token that grants `granted` may do it. Allocates nothing.
    #[must_use]
    pub fn is_met_by(&self, granted: &GrantedScopes) -> bool {
        if self.requirement.is_public() {
            return true;
        }
        let has_all = |needs: &[Need]| needs.iter().all(|need| self.covers(granted, *need));
        let alternatives = self.requirement.alternatives();
        self.floor.iter().all(|scope| self.covers(granted, Need::Scope(*scope)))
            && (alternatives.is_empty() || alternatives.iter().any(|all| has_all(all)))
    }

    /// Tells whether `granted` has one scope, or one that implies it.
    pub(crate) fn covers(&self, granted: &GrantedScopes, need: Need) -> bool {
        let Some(scope) = self.text_of(&need) else { return false };
        match self.hierarchy {
            Some(hierarchy) => hierarchy.covers(granted, scope),
            None => granted.contains(scope),
        }
    }

    /// Returns the scopes to ask for: all that it takes by the first alternative, in order of declaration.
    ///
    /// A token that grants exactly these meets the demand. The list is complete, not what one token happens to lack:
    /// clients that replace their scopes would otherwise lose the ones they had.
    #[must_use]
    pub fn to_ask(&self) -> Vec<ScopeToken> {
        self.ask_with(&[])
    }

    /// Returns the scopes to ask for, and `more` behind them.
    pub(crate) fn ask_with(&self, more: &[Need]) -> Vec<ScopeToken> {
        if self.requirement.is_public() {
            return Vec::new();
        }
        let mut ask: Vec<ScopeToken> = Vec::new();
        let floor = self.floor.iter().map(|scope| Need::Scope(*scope));
        let first = self.requirement.alternatives().first().copied().unwrap_or_default();
        for need in floor.chain(first.iter().chain(more).copied()) {
            let token = match need {
                Need::Scope(scope) => Some(ScopeToken::from(scope)),
                Need::Template(_) => self.text_of(&need).map(ScopeToken::filled),
            };
            ask.extend(token.filter(|token| !ask.contains(token)));
        }
        ask
    }

    fn text_of(&self, need: &Need) -> Option<&'a str> {
        match need {
            Need::Scope(scope) => Some(scope.as_str()),
            Need::Template(template) => self.filled?.get(*template),
        }
    }
}
