//! Compares two locks by the tokens that they let through.
//!
//! For this comparison, a token is a set of scopes. Only a finite number of scopes cover a given scope
//! ([`Policy::coverers`]), so only a finite number of minimal sets of scopes meet a given demand. It is enough to
//! compare these minimal sets. A template counts as one scope: if a scope covers the template, this scope also covers
//! every scope that fits the template.

use std::{
    borrow::Cow,
    cell::RefCell,
    collections::{BTreeSet, HashMap},
    rc::Rc,
};

use scopegate_grammar::unescape;

use super::{
    declared::Declared,
    needs::{Direction, Needs},
};
use crate::{
    export::instance::{fill, values},
    policy::Policy,
    scope::{ScopeToken, Values},
};

/// The scopes that cover one scope of a requirement. A token needs only one of these scopes.
type Coverers = Rc<BTreeSet<String>>;

/// The policy of one lock.
pub(super) struct Side {
    policy: Policy,
    /// The scopes that the policy names. They are spelt as in a token, without doubled braces.
    names: BTreeSet<String>,
    known: RefCell<HashMap<String, Coverers>>,
}

impl From<&Declared> for Side {
    fn from(declared: &Declared) -> Self {
        let implied = declared.implied.iter().flat_map(|(scope, children)| children.iter().chain([scope]));
        let written = declared.floor.iter().chain(implied).map(ScopeToken::as_str);
        let names = written.filter_map(unescape).collect();
        Self { policy: declared.policy(), names, known: RefCell::default() }
    }
}

impl Side {
    /// Tells whether the implications contradict each other, for example because they form a cycle. A gate with
    /// contradictory implications does not start.
    pub(super) fn is_contradictory(&self) -> bool {
        !self.policy.contradictions().is_empty()
    }

    fn coverers(&self, scope: &str) -> Coverers {
        if let Some(known) = self.known.borrow().get(scope) {
            return Rc::clone(known);
        }
        let found = Rc::new(self.policy.coverers(scope));
        self.known.borrow_mut().insert(scope.to_owned(), Rc::clone(&found));
        found
    }
}

/// What a caller needs for access.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Demand<'a> {
    needs_token: bool,
    needs_floor: bool,
    /// The alternatives. There is at least one alternative.
    ways: Vec<Vec<Cow<'a, str>>>,
}

impl<'a> Demand<'a> {
    /// Returns the demand that consists only of the floor. A token meets this demand if it grants all scopes of the
    /// floor.
    pub(super) fn floor() -> Self {
        Self { needs_token: true, needs_floor: true, ways: vec![Vec::new()] }
    }

    /// Adds a scope that the handler can demand while it runs. Even a public operation then needs a token that grants
    /// this scope. This token need not grant the floor.
    pub(super) fn and(mut self, scope: &'a str) -> Self {
        self.ways.iter_mut().for_each(|way| way.push(scope.into()));
        Self { needs_token: true, ..self }
    }

    fn scopes(&self) -> impl Iterator<Item = &str> {
        self.ways.iter().flatten().map(AsRef::as_ref)
    }

    /// Fills values into the templates.
    fn with(&self, values: &Values<'_>) -> Self {
        let filled = |way: &Vec<Cow<'a, str>>| way.iter().map(|scope| fill(scope, values)).collect();
        Self { ways: self.ways.iter().map(filled).collect(), ..*self }
    }
}

impl<'a> From<&'a Needs> for Demand<'a> {
    fn from(needs: &'a Needs) -> Self {
        let ways = match needs {
            Needs::Public => return Self { needs_token: false, needs_floor: false, ..Self::floor() },
            Needs::Authenticated => return Self::floor(),
            Needs::Scopes(alternatives) => alternatives,
        };
        Self { ways: ways.iter().map(|way| way.iter().map(Into::into).collect()).collect(), ..Self::floor() }
    }
}

/// Returns the effect on callers if the new demand and its policy replace the old demand and its policy.
pub(super) fn direction(old: (&Side, &Demand<'_>), new: (&Side, &Demand<'_>)) -> Direction {
    let instances = values(old.1.scopes().chain(new.1.scopes()), || {
        old.0.names.iter().chain(&new.0.names).map(String::as_str)
    });
    instances.iter().fold(direction_as_written(old, new), |direction, values| {
        let (before, now) = (old.1.with(values), new.1.with(values));
        direction.and(direction_as_written((old.0, &before), (new.0, &now)))
    })
}

fn direction_as_written(old: (&Side, &Demand<'_>), new: (&Side, &Demand<'_>)) -> Direction {
    Direction::of(lets_more_in(new, old), lets_more_in(old, new))
}

/// Tells whether some caller meets `demand` but not `other`.
fn lets_more_in((side, demand): (&Side, &Demand<'_>), (other_side, other): (&Side, &Demand<'_>)) -> bool {
    if !(demand.needs_token && other.needs_token) {
        return other.needs_token;
    }
    demand.ways.iter().any(|way| {
        let scopes = scopes_of(side, demand.needs_floor, way);
        let wanted: Vec<Coverers> = scopes.map(|scope| side.coverers(scope)).collect();
        is_refused(&wanted, other_side, other)
    })
}

fn scopes_of<'a>(side: &'a Side, with_floor: bool, way: &'a [Cow<'_, str>]) -> impl Iterator<Item = &'a str> {
    let floor = side.policy.floor_scopes().iter().filter(move |_| with_floor).map(ScopeToken::as_str);
    floor.chain(way.iter().map(AsRef::as_ref))
}

/// Tells whether a token can have one scope from each set of `wanted`, and still not meet `demand`.
///
/// A token does not meet the demand if it lacks a scope of the floor, or if every alternative has a scope that the
/// token lacks. A token lacks a scope if none of the token's scopes covers that scope. To find a token that does not
/// meet the demand, the function chooses scopes that the token must lack. From each set of `wanted`, the function
/// removes every scope that covers a chosen scope. If every set still contains a scope, a token can have one of the
/// remaining scopes from each set. This token lacks every chosen scope, so it does not meet the demand.
fn is_refused(wanted: &[Coverers], side: &Side, demand: &Demand<'_>) -> bool {
    let can_lack = |scope: &str| is_left(wanted, &[&side.coverers(scope)]);
    if scopes_of(side, demand.needs_floor, &[]).any(&can_lack) {
        return true;
    }
    let lackable = |way: &Vec<Cow<'_, str>>| {
        way.iter().filter(|scope| can_lack(scope)).map(|scope| side.coverers(scope)).collect()
    };
    let mut ways: Vec<Vec<Coverers>> = demand.ways.iter().map(lackable).collect();
    if ways.iter().any(Vec::is_empty) {
        return false;
    }
    // If no scope in `wanted` covers a certain scope of an alternative, a token with only scopes from `wanted` lacks
    // that scope. The token then does not meet the alternative, so only the other alternatives remain to try.
    let is_lacking = |scope: &Coverers| wanted.iter().all(|coverers| coverers.is_disjoint(scope));
    ways.retain(|way| !way.iter().any(is_lacking));
    can_lack_each(&ways, wanted, &mut Vec::new())
}

/// Tells whether some token has at least one scope from each set of `wanted`, but lacks at least one scope of every
/// alternative in `ways`. Tries every choice of one scope from each alternative.
fn can_lack_each<'a>(
    ways: &'a [Vec<Coverers>],
    wanted: &[Coverers],
    lacked: &mut Vec<&'a BTreeSet<String>>,
) -> bool {
    let Some((way, rest)) = ways.split_first() else { return true };
    way.iter().any(|scope| {
        lacked.push(scope);
        let can = is_left(wanted, lacked) && can_lack_each(rest, wanted, lacked);
        lacked.pop();
        can
    })
}

/// Tells whether a token can have one scope from each set of `wanted`, but no scope from any set of `lacked`.
fn is_left(wanted: &[Coverers], lacked: &[&BTreeSet<String>]) -> bool {
    wanted
        .iter()
        .all(|coverers| coverers.iter().any(|scope| !lacked.iter().any(|lacked| lacked.contains(scope))))
}
