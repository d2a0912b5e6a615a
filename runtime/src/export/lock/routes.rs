//! What became of each route, in words.

use std::collections::{BTreeMap, HashSet};

use super::{
    change::Change,
    compare::{Demand, Side, direction},
    line::Line,
    needs::{Direction, Needs},
    words::{difference, list, sentence, what, what_before},
};

/// The routes of two locks side by side.
pub(super) struct Routes<'a>(BTreeMap<Operation<'a>, [Vec<&'a Line>; 2]>);

/// One method of one path, or a handler without a route.
type Operation<'a> = (&'a str, &'a str);

/// What stands in the place of a name for every operation of an MCP server that has no row of its own, and in the place of
/// a method for all that have none on a path.
const REST: &str = "*";

impl<'a> Routes<'a> {
    pub(super) fn of(old: &'a [Line], new: &'a [Line]) -> Self {
        let mut operations = Self(BTreeMap::new());
        for (side, lines) in [old, new].into_iter().enumerate() {
            for line in lines {
                for method in line.methods.split(',') {
                    operations.0.entry((&line.place, method)).or_default()[side].push(line);
                }
            }
        }
        operations
    }

    /// Returns what is demanded on both sides in the same words, each once: what the declarations alone can change. The
    /// floor by itself is always among them.
    pub(super) fn kept(&self) -> HashSet<Demand<'a>> {
        let pairs = self.0.values().flat_map(|[old, new]| old.iter().zip(new));
        let kept = pairs.filter(|(old, new)| old.needs == new.needs).flat_map(|(old, new)| {
            let needs = Demand::from(&old.needs);
            common_demands(old, new)
                .map(|scope| needs.clone().and(scope))
                .chain([needs.clone()])
                .collect::<Vec<_>>()
        });
        kept.chain([Demand::floor()]).collect()
    }

    /// An operation that is listed several times is compared in order.
    pub(super) fn changes(&self, sides: &[Side; 2]) -> Vec<Change> {
        let mut changes = Vec::new();
        for (&(place, method), [old, new]) in &self.0 {
            let name = if method == "-" { format!("`{place}`") } else { format!("`{method} {place}`") };
            let mut add =
                |direction, words: String| changes.push(Change::new(direction, format!("{name} {words}")));
            for at in 0..old.len().max(new.len()) {
                match (old.get(at), new.get(at)) {
                    (Some(old), Some(new)) => of_line(old, new, sides, &mut add),
                    (None, Some(new)) => self.added((place, method), new, sides, &mut add),
                    (Some(old), None) => self.gone((place, method), old, sides, &mut add),
                    (None, None) => {}
                }
            }
        }
        changes
    }

    fn added(
        &self,
        operation: Operation<'a>,
        new: &Line,
        sides: &[Side; 2],
        add: &mut impl FnMut(Direction, String),
    ) {
        let direction = match self.rest(operation, 0) {
            Some((_, rest)) => judged(&rest.needs, &new.needs, sides),
            None if new.needs == Needs::Public || operation.0 == REST => Direction::Weaker,
            None => Direction::Neutral,
        };
        add(direction, format!("is new: it {}", what(&new.needs)));
    }

    fn gone(
        &self,
        operation: Operation<'a>,
        old: &Line,
        sides: &[Side; 2],
        add: &mut impl FnMut(Direction, String),
    ) {
        let (direction, why) = match self.rest(operation, 1) {
            Some(((place, method), rest)) => (
                judged(&old.needs, &rest.needs, sides),
                format!(", so `{method} {place}` counts for it, which {}", what(&rest.needs)),
            ),
            None if operation.0 == REST => (Direction::Stricter, String::new()),
            None => (Direction::Neutral, String::new()),
        };
        add(direction, format!("is gone{why}; before, it {}", what_before(&old.needs)));
    }

    /// Finds the row of a side that an operation is judged by where it has none of its own.
    fn rest(&self, (place, method): Operation<'a>, side: usize) -> Option<(Operation<'a>, &'a Line)> {
        let wider = [(REST, method), (place, REST)].into_iter().filter(|wider| *wider != (place, method));
        wider.into_iter().find_map(|wider| {
            let (operation, lines) = self.0.get_key_value(&wider)?;
            Some((*operation, *lines[side].first()?))
        })
    }
}

fn judged(old: &Needs, new: &Needs, [old_side, new_side]: &[Side; 2]) -> Direction {
    direction((old_side, &old.into()), (new_side, &new.into()))
}

/// Iterates over what the handlers of both sides may demand besides.
fn common_demands<'a>(old: &'a Line, new: &'a Line) -> impl Iterator<Item = &'a str> {
    old.also.iter().filter(|scope| new.also.contains(scope)).map(String::as_str)
}

fn of_line(old: &Line, new: &Line, sides: &[Side; 2], add: &mut impl FnMut(Direction, String)) {
    let [old_side, new_side] = sides;
    let (before, now) = (Demand::from(&old.needs), Demand::from(&new.needs));
    if old.needs != new.needs {
        let effect = common_demands(old, new).fold(judged(&old.needs, &new.needs, sides), |effect, scope| {
            effect.and(direction((old_side, &before.clone().and(scope)), (new_side, &now.clone().and(scope))))
        });
        add(effect, sentence(&old.needs, &new.needs, effect));
    }
    let (gone, added) = (difference(&old.also, &new.also), difference(&new.also, &old.also));
    let opens =
        gone.iter().any(|scope| direction((old_side, &before.clone().and(scope)), (new_side, &now)).opens());
    let closes = added
        .iter()
        .any(|scope| direction((old_side, &before), (new_side, &now.clone().and(scope))).closes());
    let related = [difference(&old.related, &new.related), difference(&new.related, &old.related)];
    let [unrelated, related] = related;
    for (scopes, direction, words) in [
        (gone, Direction::of(opens, false), "has a handler that can no longer demand"),
        (added, Direction::of(false, closes), "has a handler that may now demand"),
        (unrelated, Direction::Neutral, "no longer has clients ask along with it for"),
        (related, Direction::Neutral, "now has clients ask along with it for"),
    ] {
        if !scopes.is_empty() {
            add(direction, format!("{words} {}", list(&scopes)));
        }
    }
    if let (Some(old), Some(new)) = (&old.handler, &new.handler)
        && old != new
    {
        add(Direction::Neutral, format!("is now handled by `{new}`; before, by `{old}`"));
    }
}
