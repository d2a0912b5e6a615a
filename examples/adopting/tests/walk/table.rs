//! Checks that the walk covers every route in the router's table, with the scopes of the table.

use std::{cmp::Reverse, collections::BTreeSet};

use scopegate::{ScopeTable, table::Entry};

use crate::routes::{ROUTER, ROUTES, Route};

#[test]
fn every_route_is_walked() {
    let table = router::app(<_>::default()).table();
    let mut walked = BTreeSet::new();
    for route in ROUTES {
        let (at, entry) = serving(&table, route);
        // The table lists scopes in addition to the floor.
        let needs =
            route.needs[ROUTER].map_or("public", |scopes| scopes.split_once(' ').map_or("", |(_, own)| own));
        assert_eq!(entry.requirement().to_string(), needs, "{}", route.request);
        walked.insert(at);
    }
    let entries = table.entries().iter().enumerate();
    let left: Vec<_> =
        entries.filter(|(at, _)| !walked.contains(at)).map(|(_, entry)| entry.path()).collect();
    assert!(left.is_empty(), "the walk leaves out {left:?}");
}

/// Finds the row of a request: the closest path that has a row for its method. At the same path, a row for the method
/// comes before a row for all methods.
fn serving<'a>(table: &'a ScopeTable, route: &Route) -> (usize, &'a Entry) {
    let (method, path) = route.request.split_once(' ').unwrap();
    let entries = table.entries().iter().enumerate();
    let fitting = entries.filter(|(_, entry)| {
        let methods = entry.methods().unwrap();
        fits(entry.path().unwrap(), path) && (methods == "*" || names(methods, method))
    });
    let closest = fitting.max_by_key(|(_, entry)| {
        let path = entry.path().unwrap();
        let [wildcards, segments, parameters] = ['*', '/', '{'].map(|mark| path.matches(mark).count());
        (Reverse(wildcards), segments, Reverse(parameters), entry.methods() != Some("*"))
    });
    closest.unwrap_or_else(|| panic!("no row is for {}", route.request))
}

/// Tells whether a list of methods contains a method. `GET` includes `HEAD`.
fn names(methods: &str, method: &str) -> bool {
    methods.split(',').any(|one| one == method || (one == "GET" && method == "HEAD"))
}

fn fits(pattern: &str, path: &str) -> bool {
    let mut segments = path.split('/');
    for expected in pattern.split('/') {
        let segment = segments.next();
        match segment {
            Some(segment) if expected.contains('*') => return !segment.is_empty(),
            Some(segment) if expected.starts_with('{') || expected == segment => {}
            _ => return false,
        }
    }
    segments.next().is_none()
}
