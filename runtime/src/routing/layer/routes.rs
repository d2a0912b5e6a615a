//! Which row of a layer's table a request is about.

use std::{
    collections::{HashMap, HashSet},
    sync::{PoisonError, RwLock},
};

use axum::extract::MatchedPath;
use http::{Method, request::Parts};

use crate::{
    gate::log,
    routing::method_router::ANY,
    scope::{Entry, RowRef, ScopeTable},
};

/// The rows of a table that say where they are mounted, ready to be looked up.
#[derive(Default)]
pub(super) struct Routes {
    at: HashMap<String, Vec<Rule>>,
    /// The routes of the program that no row is about, as far as they were seen.
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

    /// Finds the row of the route that axum has chosen, and says once in the log if there is none for its path.
    pub(super) fn find(&self, request: &Parts) -> Option<&RowRef> {
        if self.at.is_empty() {
            return None;
        }
        let path = request.extensions.get::<MatchedPath>()?.as_str();
        let rules = self.at.get(path);
        if rules.is_none() {
            self.report(path);
        }
        rules.and_then(|rules| find(rules, &request.method))
    }

    /// A path here is one of the program's patterns, so there is an end to them.
    fn report(&self, path: &str) {
        let is_known = self.without_row.read().unwrap_or_else(PoisonError::into_inner).contains(path);
        if !is_known && self.without_row.write().unwrap_or_else(PoisonError::into_inner).insert(path.into()) {
            log::without_row(path, None);
        }
    }
}

/// As axum chooses: the method itself, `GET` for `HEAD`, and then what is for any method.
fn find<'a>(rules: &'a [Rule], method: &Method) -> Option<&'a RowRef> {
    let rule_for = |name: &str| rules.iter().find(|rule| names(&rule.methods).any(|own| own == name));
    let by_get = || if method == Method::HEAD { rule_for(Method::GET.as_str()) } else { None };
    let rule = rule_for(method.as_str()).or_else(by_get).or_else(|| rule_for(ANY));
    rule.map(|rule| &rule.row)
}

/// Iterates over the rows of a table that axum may have a route for: methods, path and row. Those of MCP servers have no
/// path, and the fallback of a router is no route.
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

/// Tells which routes have two rows, of which only one could be asked for.
pub(super) fn doubles(table: &ScopeTable) -> impl Iterator<Item = String> {
    let mut seen: HashMap<(&str, &str), &str> = HashMap::new();
    let places = mounted(table)
        .flat_map(|(methods, path, entry)| names(methods).map(move |method| (method, path, entry.handler())));
    places.filter_map(move |(method, path, handler)| {
        let first = seen.insert((method, path), handler)?;
        Some(format!("`{method} {path}` has two rows, for `{first}` and for `{handler}`; leave one out"))
    })
}
