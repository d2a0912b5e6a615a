//! Finds URI templates that have URIs in common. For each URI, the gate uses the first template that fits, so a later
//! template with a stricter requirement has no effect on this URI.

use scopegate_grammar::is_value;

use super::uri_template::{Segment, UriTemplate};

/// How the URIs of a template relate to the URIs of an earlier template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Overlap {
    /// No URI fits both templates, or the narrower template comes first.
    Harmless,
    /// Every URI of the later template fits the earlier template, and some URIs fit only the earlier template.
    Hidden,
    /// Every URI that fits one template also fits the other.
    Same,
    /// Some URIs fit both templates, some URIs fit only the earlier template, and some URIs fit only the later
    /// template.
    Partial,
}

impl Overlap {
    /// Compares a template with a later template.
    pub(super) fn of(earlier: &UriTemplate, later: &UriTemplate) -> Self {
        match (all(earlier, later, covers), all(later, earlier, covers)) {
            (true, true) => Self::Same,
            (true, false) => Self::Hidden,
            (false, false) if all(earlier, later, meets) => Self::Partial,
            (false, _) => Self::Harmless,
        }
    }
}

/// Tells whether a row would apply to more URIs if another row were removed. `row` is the URI or URI template of the
/// first row, and `uri` is the URI or URI template of the removed row.
#[cfg(feature = "export")]
pub(crate) fn stands_in(row: &str, uri: &str) -> bool {
    match (UriTemplate::parse(row), UriTemplate::parse(uri)) {
        (Ok(row), Ok(uri)) => Overlap::of(&row, &uri) != Overlap::Harmless,
        // No gate starts with an invalid template.
        _ => false,
    }
}

/// Tells whether a URI can fit both templates.
#[cfg(feature = "rmcp")]
pub(super) fn share_uris(one: &UriTemplate, other: &UriTemplate) -> bool {
    all(one, other, meets)
}

/// Compares two templates segment by segment.
fn all(one: &UriTemplate, other: &UriTemplate, holds: impl Fn(&Segment, &Segment) -> bool) -> bool {
    one.separators() == other.separators()
        && one.segments().iter().zip(other.segments()).all(|(one, other)| holds(one, other))
}

/// Tells whether `one` matches everything that `other` matches.
fn covers(one: &Segment, other: &Segment) -> bool {
    match (&one.variable, &other.variable) {
        (None, None) => one.start == other.start,
        (None, Some(_)) => false,
        (Some(_), None) => one.middle(&other.start).is_some_and(is_value),
        (Some(own), Some(others)) => other.start.starts_with(&*one.start) && others.end.ends_with(&*own.end),
    }
}

/// Tells whether some string matches both segments.
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
