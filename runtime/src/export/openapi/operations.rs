//! The operations of a document, by path and method.

use super::document::{Document, Needs, Place};

/// The operations of a document, and which of them already have their requirement.
pub(super) struct Operations<'a>(Vec<(Place<'a>, Option<Precedence>)>);

/// A row for the method itself takes precedence over a row for another method, whichever row comes first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Precedence {
    AnyMethod,
    HeadByGet,
    Method,
}

impl<'a> Operations<'a> {
    pub(super) fn of(document: &'a mut dyn Document) -> Self {
        Self(document.places().into_iter().map(|place| (place, None)).collect())
    }

    /// Sets the requirement of a route's operations, and returns whether the document has any.
    pub(super) fn set(&mut self, path: &str, method: &str, needs: &Needs) -> bool {
        let mut found = false;
        for (place, set) in self.0.iter_mut().filter(|(place, _)| place.path == path) {
            let precedence = match (method, place.method.as_str()) {
                ("*", _) => Precedence::AnyMethod,
                ("GET", "HEAD") => Precedence::HeadByGet,
                (method, other) if method == other => Precedence::Method,
                _ => continue,
            };
            found = found || precedence != Precedence::HeadByGet;
            if *set < Some(precedence) {
                place.operation.need(needs);
                *set = Some(precedence);
            }
        }
        found
    }

    /// Lists the operations without a row.
    pub(super) fn untouched(self) -> Vec<String> {
        let untouched = self.0.into_iter().filter(|(_, set)| set.is_none());
        untouched.map(|(place, _)| format!("{} {}", place.method, place.path)).collect()
    }
}
