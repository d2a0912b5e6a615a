//! The identifiers of a plan's rows. The record of a decision and the lock file use the same identifiers.

use std::{collections::HashMap, sync::Arc};

use axum::extract::MatchedPath;
use http::{Method, request::Parts};

use crate::scope::{Entry, Row, RowId};

/// In a table, a path below a nested service ends with a parameter of this name, as in `/files/{*rest}`.
pub(crate) const REST: &str = "rest";

/// The identifiers of a plan's rows, grouped by handler. Clones are cheap.
#[derive(Clone, Default)]
pub(crate) struct Places(Arc<HashMap<String, Vec<Place>>>);

struct Place {
    entry: Entry,
    id: String,
}

impl<'a> FromIterator<&'a Entry> for Places {
    fn from_iter<T: IntoIterator<Item = &'a Entry>>(entries: T) -> Self {
        let mut places: HashMap<String, Vec<Place>> = HashMap::new();
        for entry in entries {
            let place = Place { entry: entry.clone(), id: RowId::from(entry).to_string() };
            places.entry(entry.handler().to_owned()).or_default().push(place);
        }
        Self(Arc::new(places))
    }
}

impl Places {
    /// Finds the identifier of a row. If the handler has several routes, the row has one identifier for each route, and
    /// the function returns the identifier for the route of `request`. If the route of `request` is unknown, the
    /// function returns the identifier for the first route.
    pub(super) fn find(&self, row: &Row, request: Option<&Parts>) -> Option<&str> {
        let places = self.0.get(row.handler())?;
        let places = || places.iter().filter(|place| place.entry.row() == row);
        let is_of = |place: &&Place| request.is_some_and(|parts| place.is_of(parts));
        places().find(is_of).or_else(|| places().next()).map(|place| &*place.id)
    }

    /// Returns a copy of the row, with the identifier for the request's route. Returns `None` if the row already has an
    /// identifier, or is in no table.
    pub(super) fn identify(&self, row: &Row, request: &Parts) -> Option<Row> {
        let id = self.find(row, Some(request)).filter(|_| row.id().is_none())?;
        Some(row.clone().identified(id))
    }
}

impl Place {
    /// Tells whether this place is the route of the request. If the router was nested after the table was made, the
    /// path in the table is only the end of the path that axum matched. Below a nested service, the request has no
    /// matched path.
    fn is_of(&self, parts: &Parts) -> bool {
        let is_path = self.entry.path().is_some_and(|own| match parts.extensions.get::<MatchedPath>() {
            Some(matched) => matched.as_str().ends_with(own),
            None => is_below_service(own),
        });
        is_path && self.entry.methods().is_some_and(|methods| serves(methods, &parts.method))
    }
}

/// Tells whether a path in a table ends with `/{*rest}`.
fn is_below_service(path: &str) -> bool {
    let end = path.strip_suffix('}').and_then(|path| path.strip_suffix(REST));
    end.is_some_and(|path| path.ends_with("/{*"))
}

/// Tells whether a route serves a method. A route for `GET` also serves `HEAD`.
fn serves(methods: &str, method: &Method) -> bool {
    let is_own = |own: &str| own == "*" || own == method.as_str() || own == "GET" && *method == Method::HEAD;
    methods.split(',').any(is_own)
}
