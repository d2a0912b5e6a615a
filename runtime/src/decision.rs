//! The decision: is what a token grants enough, and if not, what is a client to ask for. Pure.

use crate::{granted::GrantedScopes, requirement::Requirement, scope::Scope};

/// What one request asks of a token: the gate's floor and the operation's requirement together.
///
/// # Examples
///
/// ```
/// use scopegate::{Demand, GrantedScopes, Requirement, Scope};
///
/// const FLOOR: Scope = Scope::from_static("api");
/// const READ: Scope = Scope::from_static("files:read");
///
/// let demand = Demand::new(&[FLOOR], Requirement::scopes(&[&[READ]]));
/// assert!(!demand.is_met_by(&GrantedScopes::parse("files:read")));
/// assert_eq!(demand.to_ask(), [FLOOR, READ]);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Demand<'a> {
    floor: &'a [Scope],
    requirement: Requirement,
}

impl<'a> Demand<'a> {
    /// Joins the scopes that every protected operation needs with what this one needs.
    #[must_use]
    pub const fn new(floor: &'a [Scope], requirement: Requirement) -> Self {
        Self { floor, requirement }
    }

    /// Tells whether a valid token that grants `granted` may do it.
    #[must_use]
    pub fn is_met_by(&self, granted: &GrantedScopes) -> bool {
        if self.requirement.is_public() {
            return true;
        }
        let has_all = |scopes: &[Scope]| scopes.iter().all(|scope| granted.contains(scope.as_str()));
        let alternatives = self.requirement.alternatives();
        has_all(self.floor) && (alternatives.is_empty() || alternatives.iter().any(|all| has_all(all)))
    }

    /// Returns the scopes to ask for: all that it takes by the first alternative, in order of declaration.
    ///
    /// A token that grants exactly these meets the demand. The list is complete, not what one token happens to lack:
    /// clients that replace their scopes would otherwise lose the ones they had.
    #[must_use]
    pub fn to_ask(&self) -> Vec<Scope> {
        if self.requirement.is_public() {
            return Vec::new();
        }
        let mut ask: Vec<Scope> = Vec::new();
        let first = self.requirement.alternatives().first().copied().unwrap_or_default();
        for &scope in self.floor.iter().chain(first) {
            if !ask.contains(&scope) {
                ask.push(scope);
            }
        }
        ask
    }
}
