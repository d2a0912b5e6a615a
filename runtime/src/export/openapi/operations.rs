//! The operations of a document, by path and method.

use utoipa::openapi::{OpenApi, path::Operation, security::SecurityRequirement};

/// The operations of a document, and which of them have been told what they need.
pub(super) struct Operations<'a>(Vec<Place<'a>>);

struct Place<'a> {
    path: String,
    method: String,
    operation: &'a mut Operation,
    set: Option<Precedence>,
}

/// A row for the method itself has precedence over one for another, whatever their order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Precedence {
    AnyMethod,
    HeadByGet,
    Method,
}

impl<'a> Operations<'a> {
    pub(super) fn of(openapi: &'a mut OpenApi) -> Self {
        let mut places = Vec::new();
        for (path, item) in &mut openapi.paths.paths {
            let named = [
                ("GET", &mut item.get),
                ("PUT", &mut item.put),
                ("POST", &mut item.post),
                ("DELETE", &mut item.delete),
                ("OPTIONS", &mut item.options),
                ("HEAD", &mut item.head),
                ("PATCH", &mut item.patch),
                ("TRACE", &mut item.trace),
                ("QUERY", &mut item.query),
            ];
            let named =
                named.into_iter().filter_map(|(method, operation)| Some((method, operation.as_mut()?)));
            let additional =
                item.additional_operations.iter_mut().map(|(method, operation)| (method.as_str(), operation));
            for (method, operation) in named.chain(additional) {
                places.push(Place { path: path.clone(), method: method.to_owned(), operation, set: None });
            }
        }
        Self(places)
    }

    /// Says what the operations of a route need, and tells whether there are any.
    pub(super) fn set(&mut self, path: &str, method: &str, security: &[SecurityRequirement]) -> bool {
        let mut found = false;
        for place in self.0.iter_mut().filter(|place| place.path == path) {
            let precedence = match (method, place.method.as_str()) {
                ("*", _) => Precedence::AnyMethod,
                ("GET", "HEAD") => Precedence::HeadByGet,
                (method, other) if method == other => Precedence::Method,
                _ => continue,
            };
            found = found || precedence != Precedence::HeadByGet;
            if place.set < Some(precedence) {
                place.operation.security = Some(security.to_vec());
                place.set = Some(precedence);
            }
        }
        found
    }

    /// Lists those that no row has been found for.
    pub(super) fn untouched(self) -> Vec<String> {
        let untouched = self.0.into_iter().filter(|place| place.set.is_none());
        untouched.map(|place| format!("{} {}", place.method, place.path)).collect()
    }
}

/// Writes a path as `OpenAPI` has it, which knows no `{*rest}`.
pub(super) fn place_of(path: &str) -> String {
    path.replace("{*", "{")
}
