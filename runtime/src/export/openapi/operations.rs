//! The operations of a document, by path and method.

use super::document::{Document, Needs, Place};

/// The operations of a document, and which of them have been told what they need.
pub(super) struct Operations<'a>(Vec<(Place<'a>, Option<Precedence>)>);

/// A row for the method itself has precedence over one for another, whatever their order.
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

    /// Says what the operations of a route need, and tells whether there are any.
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

    /// Lists those that no row has been found for.
    pub(super) fn untouched(self) -> Vec<String> {
        let untouched = self.0.into_iter().filter(|(_, set)| set.is_none());
        untouched.map(|(place, _)| format!("{} {}", place.method, place.path)).collect()
    }
}
