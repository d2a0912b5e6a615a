//! Describes changes to the policy and to the gate.

use std::collections::{BTreeSet, HashSet};

use super::{
    bound,
    change::Change,
    compare::{Demand, Side, direction},
    declared::Declared,
    needs::Direction,
    routes::Routes,
    words::list,
};
use crate::scope::{ScopeToken, Wildcards};

/// Lists the differences between the declarations of two locks.
///
/// A change to the policy is judged by its effect on the demands that are in both locks. `Routes::changes` reports the
/// changes to the demands themselves.
pub(super) fn changes(old: &Declared, new: &Declared, sides: &[Side; 2], routes: &Routes<'_>) -> Vec<Change> {
    let steps: Vec<Step> = floor(old, new).chain(implications(old, new)).chain(wildcards(old, new)).collect();
    let mut changes = if steps.is_empty() { Vec::new() } else { judged(steps, sides, &routes.kept()) };
    changes.extend(sources(old, new));
    changes.extend(bound::changes(&old.bound, &new.bound));
    changes
}

/// One difference, and the old declarations with only this difference applied.
struct Step {
    words: String,
    declared: Declared,
}

/// Returns a `Change` for each step. The `Change` contains the effect of the step. A step can change which tokens meet
/// a demand. For each demand, the effect of one step counts only if all steps together have the same effect. A single
/// step can lead to an invalid policy. For example, if an implication is reversed, one step adds the new implication
/// while the old one is still there, and the two form a cycle. The effect of this step is then unknown. If all steps
/// together have an effect that no single step has, this effect is reported for every step.
fn judged(steps: Vec<Step>, [old_side, new_side]: &[Side; 2], kept: &HashSet<Demand<'_>>) -> Vec<Change> {
    let effects = kept.iter().map(|demand| (demand, direction((old_side, demand), (new_side, demand))));
    let affected: Vec<(&Demand<'_>, Direction)> =
        effects.filter(|(_, effect)| *effect != Direction::Neutral).collect();
    let all = affected.iter().fold(Direction::Neutral, |all, (_, effect)| all.and(*effect));
    let alone = |step: &Step| {
        let side = Side::from(&step.declared);
        let affected = affected.iter().filter(|_| !side.is_contradictory());
        affected.fold(Direction::Neutral, |alone, (demand, effect)| {
            alone.and(direction((old_side, demand), (&side, demand)).within(*effect))
        })
    };
    let alone: Vec<Direction> = steps.iter().map(alone).collect();
    let known = alone.iter().copied().fold(Direction::Neutral, Direction::and);
    let unknown = Direction::of(all.opens() && !known.opens(), all.closes() && !known.closes());
    alone.into_iter().zip(steps).map(|(alone, step)| Change::new(alone.and(unknown), step.words)).collect()
}

fn floor(old: &Declared, new: &Declared) -> impl Iterator<Item = Step> {
    let step = |words: &str, scopes: Vec<ScopeToken>, floor: BTreeSet<ScopeToken>| {
        let words = format!("the floor {words} {}", listed(&scopes));
        (!scopes.is_empty()).then(|| Step { words, declared: Declared { floor, ..old.clone() } })
    };
    let gone: Vec<ScopeToken> = old.floor.difference(&new.floor).cloned().collect();
    let added: Vec<ScopeToken> = new.floor.difference(&old.floor).cloned().collect();
    let without = old.floor.intersection(&new.floor).cloned().collect();
    let with = old.floor.union(&new.floor).cloned().collect();
    [step("no longer demands", gone, without), step("now demands", added, with)].into_iter().flatten()
}

fn implications<'a>(old: &'a Declared, new: &'a Declared) -> impl Iterator<Item = Step> + use<'a> {
    let scopes: BTreeSet<&ScopeToken> = old.implied.keys().chain(new.implied.keys()).collect();
    scopes.into_iter().flat_map(move |scope| {
        let none = BTreeSet::new();
        let [before, now] = [old, new].map(|side| side.implied.get(scope).unwrap_or(&none));
        let step = |words: &str, scopes: Vec<ScopeToken>, implied: BTreeSet<ScopeToken>| {
            let mut declared = old.clone();
            declared.implied.insert(scope.clone(), implied);
            let words = format!("`{scope}` {words} {}", listed(&scopes));
            (!scopes.is_empty()).then_some(Step { words, declared })
        };
        let gone = before.difference(now).cloned().collect();
        let added = now.difference(before).cloned().collect();
        let without = before.intersection(now).cloned().collect();
        let with = before.union(now).cloned().collect();
        [step("no longer implies", gone, without), step("now implies", added, with)].into_iter().flatten()
    })
}

fn wildcards(old: &Declared, new: &Declared) -> Option<Step> {
    use Wildcards::{Off, Prefixed, PrefixedAndBare};
    let words = match (old.wildcards, new.wildcards) {
        (Off, Off) | (Prefixed, Prefixed) | (PrefixedAndBare, PrefixedAndBare) => return None,
        (Off, Prefixed) => "granted scopes that end in `*` now cover others",
        (Off, PrefixedAndBare) => {
            "granted scopes that end in `*` now cover others, and a granted `*` covers all"
        }
        (Prefixed, PrefixedAndBare) => "a granted `*` now covers all scopes",
        (PrefixedAndBare, Prefixed) => "a granted `*` no longer covers all scopes",
        (Prefixed | PrefixedAndBare, Off) => "granted scopes that end in `*` no longer cover others",
    };
    let declared = Declared { wildcards: new.wildcards, ..old.clone() };
    Some(Step { words: words.to_owned(), declared })
}

fn sources<'a>(old: &'a Declared, new: &'a Declared) -> impl Iterator<Item = Change> + use<'a> {
    let added = new.sources.difference(&old.sources).map(|source| {
        Change::new(Direction::Weaker, format!("credentials now also come from {}", place(source)))
    });
    let gone = old.sources.difference(&new.sources).map(|source| {
        Change::new(Direction::Stricter, format!("credentials no longer come from {}", place(source)))
    });
    added.chain(gone)
}

fn place(source: &str) -> String {
    match source.split_once(' ') {
        Some(("cookie", name)) => format!("the cookie `{name}`"),
        Some(("header", name)) => format!("the header `{name}`"),
        Some((_, prefix)) => format!("entries of `Sec-WebSocket-Protocol` that begin with `{prefix}`"),
        None => "the header `Authorization`".to_owned(),
    }
}

fn listed(scopes: &[ScopeToken]) -> String {
    list(&scopes.iter().map(ToString::to_string).collect::<Vec<_>>())
}
