//! The operations of a document, by path and method.

use super::document::{Document, Needs, Place};

/// The operations of a document. Each operation is paired with the precedence of the row that set its requirement, or
/// with `None` if no row has set a requirement.
pub(super) struct Operations<'a>(Vec<(Place<'a>, Option<Precedence>)>);

/// How closely a row fits the method of an operation. The row that fits most closely sets the operation's requirement.
/// The order of the rows does not matter.
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

    /// Sets the requirement of each operation that a route covers. Returns whether the document has an operation for
    /// the route. For a `GET` route, an operation for `HEAD` does not count.
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
