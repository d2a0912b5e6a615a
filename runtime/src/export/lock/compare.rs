//! Whom a lock lets through, and whether another one does so, too.
//!
//! A token is a set of scopes. A scope of a requirement is met by each scope that covers it ([`Policy::coverers`]), of which
//! there are finitely many, so that the sets which just suffice can be compared. A template is a scope like any other here:
//! what covers it covers whatever it comes to.

use std::{
    borrow::Cow,
    cell::RefCell,
    collections::{BTreeSet, HashMap},
    rc::Rc,
};

use super::{
    declared::Declared,
    instance::{Values, fill, values},
    needs::{Direction, Needs},
};
use crate::policy::Policy;

/// The granted scopes of which each meets one scope of a requirement.
type Coverers = Rc<BTreeSet<String>>;

/// The policy of one lock.
pub(super) struct Side {
    policy: Policy,
    /// What the policy names.
    names: BTreeSet<String>,
    known: RefCell<HashMap<String, Coverers>>,
}

impl From<&Declared> for Side {
    fn from(declared: &Declared) -> Self {
        let implied = declared.implied.iter().flat_map(|(scope, children)| children.iter().chain([scope]));
        let names = declared.floor.iter().chain(implied).map(ToString::to_string).collect();
        Self { policy: declared.policy(), names, known: RefCell::default() }
    }
}

impl Side {
    /// Tells whether implications contradict each other: no gate starts with such a policy.
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

/// What a caller has to have.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Demand<'a> {
    needs_token: bool,
    needs_floor: bool,
    /// Alternatives; at least one.
    ways: Vec<Vec<Cow<'a, str>>>,
}

impl<'a> Demand<'a> {
    /// What every caller has to have who is let through with a token.
    pub(super) fn floor() -> Self {
        Self { needs_token: true, needs_floor: true, ways: vec![Vec::new()] }
    }

    /// Adds what the handler demands itself: with a token that has no floor, where the operation is public.
    pub(super) fn and(mut self, scope: &'a str) -> Self {
        self.ways.iter_mut().for_each(|way| way.push(scope.into()));
        Self { needs_token: true, ..self }
    }

    fn scopes(&self) -> impl Iterator<Item = &str> {
        self.ways.iter().flatten().map(AsRef::as_ref)
    }

    /// Puts values into the templates.
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

/// Judges what it means that the demand `new` on one side takes the place of `old` on the other.
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

/// Tells whether some caller meets `demand` and not `other`.
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
    let floor = side.policy.floor_scopes().iter().filter(move |_| with_floor).map(crate::ScopeToken::as_str);
    floor.chain(way.iter().map(AsRef::as_ref))
}

/// Tells whether a token with one scope of each of `wanted`, and no others, can be one that does not meet `demand`.
///
/// It does not if it lacks a scope of the floor, or one of each alternative. To lack a scope means to have nothing that covers
/// it; so the scopes to lack have to leave something over of each of `wanted`.
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
    // A scope that nothing wanted covers is lacking anyway. This leaves little to try out.
    let is_lacking = |scope: &Coverers| wanted.iter().all(|coverers| coverers.is_disjoint(scope));
    ways.retain(|way| !way.iter().any(is_lacking));
    can_lack_each(&ways, wanted, &mut Vec::new())
}

/// Tries each way to lack one scope of each alternative.
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

/// Tells whether there is something in each of `wanted` that is in none of `lacked`.
fn is_left(wanted: &[Coverers], lacked: &[&BTreeSet<String>]) -> bool {
    wanted
        .iter()
        .all(|coverers| coverers.iter().any(|scope| !lacked.iter().any(|lacked| lacked.contains(scope))))
}
