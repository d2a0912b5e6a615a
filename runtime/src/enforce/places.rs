//! Where the rows of a plan stand in a table, so that the record of a decision names them as the lock does.

use std::{collections::HashMap, sync::Arc};

use axum::extract::MatchedPath;
use http::{Method, request::Parts};

use crate::scope::{Entry, Row, RowId};

/// Where the rows of a plan stand, by their handlers. Cheap to clone.
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
    /// Finds the identifier of a row: of several, the one of the route that the request is for.
    pub(super) fn find(&self, row: &Row, request: Option<&Parts>) -> Option<&str> {
        let places = self.0.get(row.handler())?;
        let places = || places.iter().filter(|place| place.entry.row() == row);
        let is_of = |place: &&Place| request.is_some_and(|parts| place.is_of(parts));
        places().find(is_of).or_else(|| places().next()).map(|place| &*place.id)
    }

    /// Says in a row where that stands, for the route of a request. There is no other row where it says so already, or stands nowhere.
    pub(super) fn identify(&self, row: &Row, request: &Parts) -> Option<Row> {
        let id = self.find(row, Some(request)).filter(|_| row.id().is_none())?;
        Some(row.clone().identified(id))
    }
}

impl Place {
    /// Tells whether the route of a request is here. A router that is nested later has only the end of the path that axum knows.
    fn is_of(&self, parts: &Parts) -> bool {
        let matched = parts.extensions.get::<MatchedPath>().map(MatchedPath::as_str);
        let is_path = matched.zip(self.entry.path()).is_some_and(|(matched, own)| matched.ends_with(own));
        is_path && self.entry.methods().is_some_and(|methods| serves(methods, &parts.method))
    }
}

/// Tells whether a method is one of those of a route; the handler of `GET` answers `HEAD`, too.
fn serves(methods: &str, method: &Method) -> bool {
    let is_own = |own: &str| own == "*" || own == method.as_str() || own == "GET" && *method == Method::HEAD;
    methods.split(',').any(is_own)
}
