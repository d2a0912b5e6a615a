//! Describes the changes to routes.

use std::collections::{BTreeMap, HashSet};

use super::{
    change::Change,
    compare::{Demand, Side, direction},
    line::Line,
    login,
    needs::{Direction, Needs},
    paths::Paths,
    rest::Rest,
    words::{difference, list, sentence, what, what_before},
};

/// The routes of two locks, for comparison.
pub(super) struct Routes<'a> {
    pub(super) operations: BTreeMap<Operation<'a>, [Vec<&'a Line>; 2]>,
    /// The paths of the HTTP routes, for each of the two locks.
    pub(super) paths: [Paths<'a>; 2],
}

/// A path and one of its methods. If the route of a handler is unknown, the path is the handler's name, and the method
/// is `-`.
pub(in crate::export) type Operation<'a> = (&'a str, &'a str);

/// In place of the name of an MCP operation, `*` means all operations of the same kind that have no row of their own.
/// In place of a method, `*` means all methods of the path that have no row of their own.
pub(super) const REST: &str = "*";

/// Tells whether an operation is an HTTP route. Other operations belong to an MCP server, or to a handler whose route
/// is unknown.
pub(in crate::export) fn is_route((place, method): Operation<'_>) -> bool {
    place.starts_with('/') && (method == REST || method.bytes().all(|byte| byte.is_ascii_uppercase()))
}

impl<'a> Routes<'a> {
    pub(super) fn of(old: &'a [Line], new: &'a [Line]) -> Self {
        let mut operations: BTreeMap<Operation<'a>, [Vec<&'a Line>; 2]> = BTreeMap::new();
        for (side, lines) in [old, new].into_iter().enumerate() {
            for line in lines {
                for method in line.methods.split(',') {
                    operations.entry((&line.place, method)).or_default()[side].push(line);
                }
            }
        }
        let of_http = |line: &&'a Line| line.methods.split(',').any(|method| is_route((&line.place, method)));
        let paths = [old, new].map(|lines| Paths::of(lines.iter().filter(of_http).map(|line| &*line.place)));
        Self { operations, paths }
    }

    /// Returns the demands that both locks have in common, without duplicates. The result always contains the demand
    /// that requires only the floor. If both locks declare the same policy, each returned demand is met by the same
    /// tokens under both locks.
    pub(super) fn kept(&self) -> HashSet<Demand<'a>> {
        let pairs = self.operations.values().flat_map(|[old, new]| old.iter().zip(new));
        let kept = pairs.filter(|(old, new)| old.needs == new.needs).flat_map(|(old, new)| {
            let needs = Demand::from(&old.needs);
            common_demands(old, new)
                .map(|scope| needs.clone().and(scope))
                .chain([needs.clone()])
                .collect::<Vec<_>>()
        });
        kept.chain([Demand::floor()]).collect()
    }

    /// Lists the changes. If an operation has several rows, the rows are compared in order.
    pub(super) fn changes(&self, sides: &[Side; 2]) -> Vec<Change> {
        let mut changes = Vec::new();
        for (&(place, method), [old, new]) in &self.operations {
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
        let rest = self.rest(operation, 0);
        let direction = match &rest[..] {
            [] if new.needs == Needs::Public || operation.0 == REST => Direction::Weaker,
            rest => sum(rest.iter().map(|rest| {
                let of_scopes = in_place_of(rest, (rest.needs, &new.needs), sides);
                of_scopes.and(login::direction(rest.step_up, &new.step_up))
            })),
        };
        add(direction, format!("is new: it {}{}", what(&new.needs), login::besides(&new.step_up)));
    }

    fn gone(
        &self,
        operation: Operation<'a>,
        old: &Line,
        sides: &[Side; 2],
        add: &mut impl FnMut(Direction, String),
    ) {
        let rest = self.rest(operation, 1);
        let direction = match &rest[..] {
            [] if operation.0 == REST => Direction::Stricter,
            rest => sum(rest.iter().map(|rest| {
                let of_scopes = in_place_of(rest, (&old.needs, rest.needs), sides);
                of_scopes.and(login::direction(&old.step_up, rest.step_up))
            })),
        };
        let why: String = rest.iter().map(Rest::words).collect();
        let besides = login::besides(&old.step_up);
        add(direction, format!("is gone{why}; before, it {}{besides}", what_before(&old.needs)));
    }
}

fn sum(directions: impl Iterator<Item = Direction>) -> Direction {
    directions.fold(Direction::Neutral, Direction::and)
}

/// Returns the effect of removing or adding a row. `rest` is the rule that applies without the row.
fn in_place_of(rest: &Rest<'_>, (old, new): (&Needs, &Needs), sides: &[Side; 2]) -> Direction {
    if rest.is_of_other_values && (old.has_templates() || new.has_templates()) {
        // For the same request, a parameter name can have one value in `old` and another value in `new`.
        return Direction::Changed;
    }
    judged(old, new, sides)
}

fn judged(old: &Needs, new: &Needs, [old_side, new_side]: &[Side; 2]) -> Direction {
    direction((old_side, &old.into()), (new_side, &new.into()))
}

/// Iterates over the scopes that are in `also` in both lines. The handler can demand these scopes while it runs.
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
    for (direction, words) in login::sentences(&old.step_up, &new.step_up) {
        add(direction, words);
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
        (gone, Direction::of(opens, false), "has a handler that may no longer demand"),
        (added, Direction::of(false, closes), "has a handler that may now demand"),
        (unrelated, Direction::Neutral, "no longer lists as related"),
        (related, Direction::Neutral, "now lists as related"),
    ] {
        if !scopes.is_empty() {
            add(direction, format!("{words} {}", list(&scopes)));
        }
    }
    if let (Some(old), Some(new)) = (&old.handler, &new.handler)
        && old != new
    {
        add(Direction::Neutral, format!("is now handled by `{new}` instead of `{old}`"));
    }
}
