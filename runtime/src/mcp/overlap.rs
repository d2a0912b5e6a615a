//! Templates that fit the same URIs. The first that fits decides, so a later one that needs more could go unnoticed.

use scopegate_grammar::is_value;

use super::uri_template::{Segment, UriTemplate};

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

impl Overlap {
    /// Compares a template with one that stands behind it.
    pub(super) fn of(earlier: &UriTemplate, later: &UriTemplate) -> Self {
        if all(earlier, later, covers) {
            Self::Hidden
        } else if all(earlier, later, meets) && !all(later, earlier, covers) {
            Self::Partial
        } else {
            Self::Harmless
        }
    }
}

/// Tells whether the row of one URI, or of the template of one, decides about some of `uri` where that has no row.
#[cfg(feature = "export")]
pub(crate) fn stands_in(row: &str, uri: &str) -> bool {
    match (UriTemplate::parse(row), UriTemplate::parse(uri)) {
        (Ok(row), Ok(uri)) => Overlap::of(&row, &uri) != Overlap::Harmless,
        // No gate starts with what is no template.
        _ => false,
    }
}

/// Compares two templates segment by segment.
fn all(one: &UriTemplate, other: &UriTemplate, holds: impl Fn(&Segment, &Segment) -> bool) -> bool {
    one.separators() == other.separators()
        && one.segments().iter().zip(other.segments()).all(|(one, other)| holds(one, other))
}

/// Tells whether everything that `other` stands for is what `one` stands for, too.
fn covers(one: &Segment, other: &Segment) -> bool {
    match (&one.variable, &other.variable) {
        (None, None) => one.start == other.start,
        (None, Some(_)) => false,
        (Some(_), None) => one.middle(&other.start).is_some_and(is_value),
        (Some(own), Some(others)) => other.start.starts_with(&*one.start) && others.end.ends_with(&*own.end),
    }
}

/// Tells whether there is something that both stand for.
fn meets(one: &Segment, other: &Segment) -> bool {
    match (&one.variable, &other.variable) {
        (Some(own), Some(others)) => {
            (one.start.starts_with(&*other.start) || other.start.starts_with(&*one.start))
                && (own.end.ends_with(&*others.end) || others.end.ends_with(&*own.end))
        }
        _ => covers(one, other) || covers(other, one),
    }
}

#[cfg(test)]
mod tests;
