//! Templates that fit the same URIs. The first that fits decides, so a later one that needs more could go unnoticed.

use scopegate_grammar::is_value_byte;

use super::template::{UriTemplate, is_value};

/// How the URIs of a template are related to those of one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Overlap {
    /// No URI fits both, or all of the earlier one's fit the later one: the narrower stands first.
    Harmless,
    /// Each URI of the later one fits the earlier one.
    Hidden,
    /// Some URIs fit both.
    Partial,
}

/// A template without the names of its variables.
pub(super) struct Shape(String);

/// What stands for any variable: no URI has it.
const VARIABLE: &str = "\0";

impl Shape {
    pub(super) fn of(template: &UriTemplate) -> Self {
        Self(template.texts().collect::<Vec<_>>().join(VARIABLE))
    }

    pub(super) fn before(&self, later: &Self) -> Overlap {
        let (earlier, later) = (&self.0, &later.0);
        if all(earlier, later, covers) {
            Overlap::Hidden
        } else if all(earlier, later, meets) && !all(later, earlier, covers) {
            Overlap::Partial
        } else {
            Overlap::Harmless
        }
    }
}

/// Compares two templates from separator to separator. A value holds none, and between two of them is one variable at most.
fn all(one: &str, other: &str, holds: impl Fn(&str, &str) -> bool) -> bool {
    let separates = |char: char| !VARIABLE.contains(char) && !u8::try_from(char).is_ok_and(is_value_byte);
    one.matches(separates).eq(other.matches(separates))
        && one.split(separates).zip(other.split(separates)).all(|(one, other)| holds(one, other))
}

/// Tells whether everything that `other` stands for is what `one` stands for, too.
fn covers(one: &str, other: &str) -> bool {
    match (one.split_once(VARIABLE), other.split_once(VARIABLE)) {
        (None, _) => one == other,
        (Some((start, end)), None) => {
            other.strip_prefix(start).and_then(|rest| rest.strip_suffix(end)).is_some_and(is_value)
        }
        (Some((start, end)), Some((other_start, other_end))) => {
            other_start.starts_with(start) && other_end.ends_with(end)
        }
    }
}

/// Tells whether there is something that both stand for.
fn meets(one: &str, other: &str) -> bool {
    match (one.split_once(VARIABLE), other.split_once(VARIABLE)) {
        (Some((start, end)), Some((other_start, other_end))) => {
            (start.starts_with(other_start) || other_start.starts_with(start))
                && (end.ends_with(other_end) || other_end.ends_with(end))
        }
        _ => covers(one, other) || covers(other, one),
    }
}

#[cfg(test)]
mod tests;
