//! Finds the row in a layer's table that applies to a request.

use std::{
    collections::{HashMap, HashSet},
    sync::{PoisonError, RwLock},
};

use axum::extract::MatchedPath;
use http::{Method, request::Parts};

use crate::{
    gate::log,
    resource::WELL_KNOWN,
    routing::method_router::ANY,
    scope::{Entry, RowRef, ScopeTable},
};

/// The rows with a route, prepared for lookup.
#[derive(Default)]
pub(super) struct Routes {
    at: HashMap<String, Vec<Rule>>,
    /// Paths that have no row and have already been logged.
    without_row: RwLock<HashSet<Box<str>>>,
}

struct Rule {
    methods: String,
    row: RowRef,
}

impl Routes {
    pub(super) fn of(table: &ScopeTable) -> Self {
        let mut routes = Self::default();
        for (methods, path, entry) in mounted(table) {
            let rule =
                Rule { methods: methods.to_owned(), row: entry.row().clone().identified(entry.id()).into() };
            routes.at.entry(path.to_owned()).or_default().push(rule);
        }
        routes
    }

    /// Finds the row of the route that axum matched. A path without any row is logged once.
    pub(super) fn find(&self, request: &Parts) -> Option<&RowRef> {
        let path = request.extensions.get::<MatchedPath>()?.as_str();
        let rules = self.at.get(path);
        if rules.is_none() {
            self.report(path);
        }
        rules.and_then(|rules| find(rules, &request.method))
    }

    /// Logs a warning that `path` has no row. Logs nothing if no row of the table has a route. Each path is logged only
    /// once. The paths are the patterns of the program's routes, so their number is limited. The path of a metadata
    /// document gets a different warning. This warning is logged even if no row has a route, but only once for all
    /// documents together.
    fn report(&self, path: &str) {
        if is_document(path) {
            if self.is_first(WELL_KNOWN) {
                log::warning(&format!(
                    "the layer covers the metadata document at `{path}`, so clients without a token get 401 there; merge `layer.well_known()` below the line that adds the layer"
                ));
            }
        } else if !self.at.is_empty() && self.is_first(path) {
            log::without_row(path, None);
        }
    }

    /// Marks a path as reported. Returns `true` if the path was not marked before.
    fn is_first(&self, path: &str) -> bool {
        let is_known = self.without_row.read().unwrap_or_else(PoisonError::into_inner).contains(path);
        !is_known && self.without_row.write().unwrap_or_else(PoisonError::into_inner).insert(path.into())
    }
}

/// Tells whether `path` is a place where clients look for a metadata document.
fn is_document(path: &str) -> bool {
    path.strip_prefix(WELL_KNOWN).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Finds the row for a method. Like axum, the function first tries the row for the method itself, then (for `HEAD`)
/// the row for `GET`, and then the row for any method.
fn find<'a>(rules: &'a [Rule], method: &Method) -> Option<&'a RowRef> {
    let rule_for = |name: &str| rules.iter().find(|rule| names(&rule.methods).any(|own| own == name));
    let by_get = || if method == Method::HEAD { rule_for(Method::GET.as_str()) } else { None };
    let rule = rule_for(method.as_str()).or_else(by_get).or_else(|| rule_for(ANY));
    rule.map(|rule| &rule.row)
}

/// Iterates over the entries that can belong to an axum route, each with its methods and its path. Rows of MCP servers
/// are left out because they have no URL path. Fallbacks are left out because axum has no route for them.
pub(super) fn mounted(table: &ScopeTable) -> impl Iterator<Item = (&str, &str, &Entry)> {
    let places = table.entries().iter().filter_map(|entry| Some((entry.methods()?, entry.path()?, entry)));
    places.filter(|(methods, path, _)| {
        let is_http =
            names(methods).all(|name| name == ANY || name.bytes().all(|byte| byte.is_ascii_uppercase()));
        is_http && path.starts_with('/') && !path.ends_with("/*")
    })
}

/// Iterates over the methods of a row.
pub(super) fn names(methods: &str) -> impl Iterator<Item = &str> {
    methods.split(',')
}

/// Returns a problem for each route with two rows, because a challenge could name the scopes of only one of the rows.
pub(super) fn doubles(table: &ScopeTable) -> impl Iterator<Item = String> {
    let mut seen: HashMap<(&str, &str), &str> = HashMap::new();
    let places = mounted(table)
        .flat_map(|(methods, path, entry)| names(methods).map(move |method| (method, path, entry.handler())));
    places.filter_map(move |(method, path, handler)| {
        let first = seen.insert((method, path), handler)?;
        Some(format!("`{method} {path}` has two rows, for `{first}` and for `{handler}`; remove one"))
    })
}
