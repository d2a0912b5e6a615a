//! What became of each route, in words.

use std::{collections::BTreeMap, fmt};

use super::{
    line::Line,
    needs::{Direction, Needs},
    words::{difference, list, sentence, what, what_before},
};

/// One thing that is different between two locks.
///
/// `Display` writes it in words, as in ``` `DELETE /files/{name}` no longer needs `files:admin` ```. The words may change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    direction: Direction,
    words: String,
}

impl Change {
    /// Returns what it does to those who may call.
    #[must_use]
    pub const fn direction(&self) -> Direction {
        self.direction
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words)
    }
}

/// One method of one path, or a handler without a route.
type Operation<'a> = (&'a str, &'a str);

/// Lists what is different, weakest first.
pub(super) fn between(old: &[Line], new: &[Line]) -> Vec<Change> {
    let mut operations: BTreeMap<Operation<'_>, (Vec<&Line>, Vec<&Line>)> = BTreeMap::new();
    for line in old {
        for operation in operations_of(line) {
            operations.entry(operation).or_default().0.push(line);
        }
    }
    for line in new {
        for operation in operations_of(line) {
            operations.entry(operation).or_default().1.push(line);
        }
    }
    let mut changes: Vec<Change> = operations
        .iter()
        .flat_map(|(operation, (own_old, own_new))| {
            let rest = [old, new].map(|lines| rest_of(lines, *operation));
            of_operation(*operation, own_old, own_new, rest)
        })
        .collect();
    changes.sort_by_key(Change::direction);
    changes
}

fn operations_of(line: &Line) -> impl Iterator<Item = Operation<'_>> {
    line.methods.split(',').map(|method| (line.place.as_str(), method))
}

/// What stands in the place of a name for every operation of an MCP server that has no row of its own.
const REST: &str = "*";

/// Finds the row that an operation is judged by where it has none of its own.
fn rest_of<'a>(lines: &'a [Line], (place, method): Operation<'_>) -> Option<&'a Line> {
    lines.iter().find(|line| place != REST && line.place == REST && line.methods == method)
}

/// An operation that is listed several times is compared in order.
fn of_operation(
    (place, method): Operation<'_>,
    old: &[&Line],
    new: &[&Line],
    [rest_before, rest_now]: [Option<&Line>; 2],
) -> Vec<Change> {
    let name = if method == "-" { format!("`{place}`") } else { format!("`{method} {place}`") };
    let mut changes = Vec::new();
    let mut add =
        |direction, words: String| changes.push(Change { direction, words: format!("{name} {words}") });
    for at in 0..old.len().max(new.len()) {
        match (old.get(at), new.get(at)) {
            (Some(old), Some(new)) => of_line(old, new, &mut add),
            (None, Some(new)) => {
                let direction = match rest_before {
                    Some(rest) => new.needs.direction_from(&rest.needs),
                    None if new.needs == Needs::Public || place == REST => Direction::Weaker,
                    None => Direction::Neutral,
                };
                add(direction, format!("is new: it {}", what(&new.needs)));
            }
            (Some(old), None) => {
                let (direction, why) = match rest_now {
                    Some(rest) => (
                        rest.needs.direction_from(&old.needs),
                        format!(", so `{method} {REST}` counts for it, which {}", what(&rest.needs)),
                    ),
                    None if place == REST => (Direction::Stricter, String::new()),
                    None => (Direction::Neutral, String::new()),
                };
                add(direction, format!("is gone{why}; before, it {}", what_before(&old.needs)));
            }
            (None, None) => {}
        }
    }
    changes
}

fn of_line(old: &Line, new: &Line, add: &mut impl FnMut(Direction, String)) {
    if old.needs != new.needs {
        add(new.needs.direction_from(&old.needs), sentence(&old.needs, &new.needs));
    }
    let lists = [
        (&old.also, &new.also, Direction::Weaker, "has a handler that can no longer demand"),
        (&new.also, &old.also, Direction::Stricter, "has a handler that may now demand"),
        (&old.related, &new.related, Direction::Neutral, "no longer has clients ask along with it for"),
        (&new.related, &old.related, Direction::Neutral, "now has clients ask along with it for"),
    ];
    for (all, without, direction, words) in lists {
        let rest = difference(all, without);
        if !rest.is_empty() {
            add(direction, format!("{words} {}", list(&rest)));
        }
    }
    if let (Some(old), Some(new)) = (&old.handler, &new.handler)
        && old != new
    {
        add(Direction::Neutral, format!("is now handled by `{new}`; before, by `{old}`"));
    }
}
