//! Decides whether a token grants enough scopes. If the token does not, finds out which scopes a client should request.
//! This module does no input or output.
//!
//! All decisions are made in [`Policy::decide`]. The code that calls this method turns a [`Shortfall`] into a refusal.

use std::{collections::HashSet, hash::Hash};

use super::{Caller, Policy, Strategy};
use crate::scope::{Filled, GrantedScopes, NeedRef, Requirement, Row, ScopeToken, StepUp, Unfilled};

/// What one operation demands of a token in one request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Demand<'a> {
    pub(crate) row: &'a Row,
    /// The row's templates, filled in with the values of this request.
    pub(crate) filled: &'a Filled,
    /// The scopes that the handler itself demands in addition to the row's requirement. The token needs only one of
    /// them. The list is empty if the handler demands none.
    pub(crate) one_of: &'a [NeedRef<'a>],
}

impl<'a> Demand<'a> {
    pub(crate) const fn of(row: &'a Row, filled: &'a Filled) -> Self {
        Self { row, filled, one_of: &[] }
    }

    /// Tells whether a request without a token meets the demand.
    pub(crate) fn is_public(&self) -> bool {
        self.row.requirement().is_public() && self.one_of.is_empty()
    }
}

/// Why a token does not meet a demand. The variant that is easiest to correct comes first, and the hardest comes last.
/// After `Scope` or `Login`, the client needs a new token. After `IllegalValue`, the client must send another value.
/// After `NoValue`, the developer must change the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Shortfall {
    /// The token lacks a scope.
    Scope,
    /// The login was too long ago, the operation does not accept the login's `acr`, or the token does not describe the
    /// login. If the token also lacks scopes, only the login is reported, because a new login can also give the client
    /// the missing scopes.
    Login,
    /// The value of a path parameter is not allowed in a scope, so no token could meet the demand.
    IllegalValue,
    /// The program has a mistake: a template cannot be filled in, for example because the path lacks a parameter that
    /// the template names.
    NoValue,
}

impl Policy {
    /// Decides whether the caller meets every demand. A demand that is not public also requires the scopes of the
    /// floor. Allocates nothing.
    ///
    /// Each alternative is checked separately. If one alternative contains an illegal value, the token can still meet
    /// another alternative.
    pub(crate) fn decide(&self, caller: &Caller<'_>, demands: &[Demand<'_>]) -> Result<(), Shortfall> {
        let shortfalls = demands.iter().filter_map(|demand| self.shortfall(caller, *demand));
        shortfalls.max().map_or(Ok(()), Err)
    }

    fn shortfall(&self, caller: &Caller<'_>, demand: Demand<'_>) -> Option<Shortfall> {
        let Demand { row, filled, one_of } = demand;
        let (terms, granted) = (row.terms(), caller.scopes);
        let lacks = |need: NeedRef<'_>| self.lacks(granted, need, filled);
        let demanded = least(one_of.iter().copied().map(lacks));
        if terms.requirement.is_public() {
            return demanded;
        }
        let has_floor = self.floor.iter().all(|scope| self.covers(granted, scope.as_str()));
        let floor = (!has_floor).then_some(Shortfall::Scope);
        let alternatives = terms.requirement.terms().map(|needs| needs.map(lacks).max().flatten());
        let alternatives = least(alternatives);
        let login = (!caller.has_login(terms.requirement.step_up())).then_some(Shortfall::Login);
        floor.max(alternatives).max(demanded).max(login)
    }

    fn lacks(&self, granted: &GrantedScopes, need: NeedRef<'_>, filled: &Filled) -> Option<Shortfall> {
        let covers = |scope: &str| self.covers(granted, scope);
        let is_covered = if need.is_template() {
            match filled.get(need.as_str()) {
                Ok(scope) => covers(scope.as_str()),
                Err(Unfilled::Illegal) => return Some(Shortfall::IllegalValue),
                Err(Unfilled::Missing) => return Some(Shortfall::NoValue),
            }
        } else {
            covers(need.as_str())
        };
        (!is_covered).then_some(Shortfall::Scope)
    }

    /// Returns a list of the scopes that a client should request. No scope is in the list twice, and each scope has the
    /// name that clients use. The list contains the scopes of the floor. For each operation, the list also contains the
    /// first alternative that can be met. If the handler itself demands a scope, the list also contains this scope. If
    /// the handler demands any one of several scopes, the list contains only one of these scopes. The list is empty if
    /// no token is needed.
    ///
    /// If every demand can be met, a token with exactly the listed scopes and the required login meets all demands. The
    /// list also contains the needed scopes that the caller's current token already grants. A client requests only the
    /// listed scopes, so its new token would lack every scope that the list leaves out. If the current token lacks a
    /// scope, [`Strategy::Recommended`] adds the related scopes.
    pub(crate) fn to_ask(&self, demands: &[Demand<'_>], is_insufficient: bool) -> Vec<ScopeToken> {
        self.asked(self.needed(demands, is_insufficient && self.strategy == Strategy::Recommended))
    }

    /// Returns the same scopes as [`to_ask`](Self::to_ask), but under the names that tokens use.
    pub(crate) fn needed(&self, demands: &[Demand<'_>], with_related: bool) -> Vec<ScopeToken> {
        let scopes = demands.iter().filter(|demand| !demand.is_public()).flat_map(|demand| {
            let Demand { row, filled, one_of } = *demand;
            let terms = row.terms();
            let text = move |need| scope_of(need, filled);
            let needs = possible(&terms.requirement, filled).next().into_iter().flatten();
            let demanded = one_of.iter().copied().find(|need| text(*need).is_some());
            let related = terms.related.iter().filter(move |_| with_related).copied().map(NeedRef::Const);
            let scopes = needs.chain(demanded).chain(related).filter_map(text);
            self.floor.iter().cloned().chain(scopes)
        });
        each_once(scopes)
    }

    /// Returns the sets of scopes that a client can request to meet all demands. Each set contains the scopes of the
    /// floor and, for each demand, the scopes of one alternative. The scopes have the names that clients use. The list
    /// is empty if no token is needed.
    ///
    /// The sets are in the order of the alternatives, so the first set is the one that a challenge names.
    #[cfg(feature = "rmcp")]
    pub(crate) fn ways_to_ask(&self, demands: &[Demand<'_>]) -> Vec<Vec<ScopeToken>> {
        let mut ways: Vec<Vec<ScopeToken>> = Vec::new();
        for Demand { row, filled, .. } in demands.iter().filter(|demand| !demand.is_public()) {
            if ways.is_empty() {
                ways.push(self.floor.clone());
            }
            let alternatives: Vec<Vec<ScopeToken>> = possible(&row.terms().requirement, filled)
                .map(|needs| needs.filter_map(|need| scope_of(need, filled)).collect())
                .collect();
            if !alternatives.is_empty() {
                let with_each = |way: &Vec<ScopeToken>| {
                    alternatives.iter().map(|scopes| [&**way, scopes].concat()).collect::<Vec<_>>()
                };
                ways = ways.iter().flat_map(with_each).collect();
            }
        }
        each_once(ways.into_iter().map(|scopes| self.asked(each_once(scopes.into_iter()))))
    }

    /// Tells whether a valid token with the scopes `granted` meets `requirement`.
    ///
    /// This method treats an alternative with a template as unmet, because only a request has the values for the
    /// template. The result is also `false` if `requirement` demands a certain login, because scopes do not prove a
    /// login.
    #[must_use]
    pub fn permits(&self, granted: &GrantedScopes, requirement: &Requirement) -> bool {
        let (row, filled) = (row_of(requirement), Filled::default());
        self.decide(&Caller::granted(granted), &[Demand::of(&row, &filled)]).is_ok()
    }

    /// Returns the scopes that a challenge for `requirement` lists, under the names that clients use.
    #[must_use]
    pub fn asks_for(&self, requirement: &Requirement) -> Vec<ScopeToken> {
        let (row, filled) = (row_of(requirement), Filled::default());
        self.to_ask(&[Demand::of(&row, &filled)], false)
    }
}

/// Combines the required logins of a request's operations into the one login that the challenge names.
pub(crate) fn step_up_of(demands: &[Demand<'_>]) -> StepUp {
    let asked =
        demands.iter().filter(|demand| !demand.is_public()).map(|demand| demand.row.requirement().step_up());
    asked.fold(StepUp::NONE, |all, one| all.together(one))
}

/// Compares the shortfalls of several alternatives, and returns the shortfall that is easiest to correct. Returns
/// `None` if one alternative is met, or if there are no alternatives.
fn least(ways: impl Iterator<Item = Option<Shortfall>>) -> Option<Shortfall> {
    let mut least = None;
    for way in ways {
        let lacking = way?;
        least = Some(least.map_or(lacking, |least| lacking.min(least)));
    }
    least
}

/// Iterates over the alternatives that can be met. If none can be met, yields only the first declared alternative.
fn possible<'a>(
    requirement: &'a Requirement,
    filled: &'a Filled,
) -> impl Iterator<Item = impl Iterator<Item = NeedRef<'a>> + Clone> {
    let alternatives = requirement.terms();
    let is_none = !alternatives.clone().any(|needs| can_be_met(needs, filled));
    let most = if is_none { 1 } else { usize::MAX };
    alternatives.filter(move |needs| is_none || can_be_met(needs.clone(), filled)).take(most)
}

fn can_be_met<'a>(mut needs: impl Iterator<Item = NeedRef<'a>>, filled: &Filled) -> bool {
    needs.all(|need| scope_of(need, filled).is_some())
}

/// Returns each value once, in order of first appearance.
pub(crate) fn each_once<T: Clone + Eq + Hash>(values: impl Iterator<Item = T>) -> Vec<T> {
    // A set keeps this fast for long lists. A list can be long, because a client decides how many messages a batch has.
    let mut seen = HashSet::new();
    values.filter(|value| seen.insert(value.clone())).collect()
}

/// Returns the scope of a need, or `None` if the need is a template that could not be filled in.
fn scope_of(need: NeedRef<'_>, filled: &Filled) -> Option<ScopeToken> {
    if need.is_template() { filled.get(need.as_str()).ok().cloned() } else { need.scope() }
}

/// Makes a row for a requirement that has no handler.
fn row_of(requirement: &Requirement) -> Row {
    Row::new(requirement.clone(), "a requirement", file!(), line!())
}
