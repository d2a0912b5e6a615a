//! Finds documents and routes that clash at the well-known paths.

use super::{Discovery, discovery::Document, is_like_a_pattern};
use crate::{
    resource::{WELL_KNOWN, meet},
    scope::{Entry, ScopeTable},
};

/// Returns a problem for each pair of documents that need the same path, or need paths that clients treat as the same.
///
/// Hosts and queries are ignored, because only the path selects a document.
pub(crate) fn between(all: &[Discovery]) -> Vec<String> {
    let documents: Vec<&Document> = all.iter().filter_map(|one| Some(&**one.served()?)).collect();
    let pairs = documents
        .iter()
        .enumerate()
        .flat_map(|(at, one)| documents[at + 1..].iter().map(move |other| (one, other)));
    pairs.flat_map(|(one, other)| of_pair(one, other)).collect()
}

fn of_pair(one: &Document, other: &Document) -> Vec<String> {
    let (a, b) = (&one.resource, &other.resource);
    if a == b {
        return vec![format!(
            "resource `{a}` has two documents; merge its routers before `split`, so that one document names all scopes"
        )];
    }
    if one.is_family() || other.is_family() {
        return with_family(one, other).into_iter().collect();
    }
    let shared = one.paths.iter().filter(|path| other.paths.contains(path));
    shared.map(|path| same_path(one, other, path)).chain(slash_twins(one, other)).collect()
}

/// Returns a problem if two documents clash. Call this function only if at least one of the documents is for a family.
/// The document of a family has one path and no copy at the root.
fn with_family(one: &Document, other: &Document) -> Option<String> {
    let (a, b) = (&one.resource, &other.resource);
    let pairs = || one.paths.iter().flat_map(|path| other.paths.iter().map(move |other| (path, other)));
    if pairs().any(|(path, other)| meet(path, other)) {
        return Some(format!(
            "`{a}` and `{b}` have a resource in common, and its metadata could describe only one of them; give them paths that no resource shares"
        ));
    }
    let is_twin = |a: &str, b: &str| a.strip_suffix('/').is_some_and(|a| meet(a, b));
    pairs().any(|(path, other)| is_twin(path, other) || is_twin(other, path)).then(|| differ_by_slash(a, b))
}

fn same_path(one: &Document, other: &Document, path: &str) -> String {
    let (a, b) = (&one.resource, &other.resource);
    let is_copy = |document: &Document| document.paths[0] != path;
    match (is_copy(one), is_copy(other)) {
        (false, false) => format!(
            "resources `{a}` and `{b}` have their metadata at one path, `{path}`; give them different paths, or serve each from a server of its own"
        ),
        (true, true) => format!(
            "resources `{a}` and `{b}` both have a copy of their metadata at `{path}`; remove `.metadata_at_root()` from one of them"
        ),
        (true, false) => copy_in_the_way(a, b, path),
        (false, true) => copy_in_the_way(b, a, path),
    }
}

fn copy_in_the_way(copied: &str, owner: &str, path: &str) -> String {
    format!(
        "resource `{copied}` has a copy of its metadata at `{path}`, where that of `{owner}` belongs; remove `.metadata_at_root()` from `{copied}`"
    )
}

fn slash_twins(one: &Document, other: &Document) -> Option<String> {
    let (a, b) = (&one.paths[0], &other.paths[0]);
    if a.strip_suffix('/') != Some(b) && b.strip_suffix('/') != Some(a) {
        return None;
    }
    Some(differ_by_slash(&one.resource, &other.resource))
}

fn differ_by_slash(a: &str, b: &str) -> String {
    format!(
        "resources `{a}` and `{b}` differ by the slash at the end, which many clients drop; give them different paths"
    )
}

/// Returns a problem for each route at a path that the metadata document needs.
pub(crate) fn with_routes(discovery: &Discovery, table: &ScopeTable) -> Vec<String> {
    let paths = discovery.paths();
    // A document that cannot have its own route is looked up by a wildcard route below the well-known path.
    let is_family = discovery.served().is_some_and(|document| document.is_family());
    let is_looked_up = is_family || paths.iter().any(|path| is_like_a_pattern(path));
    let below = is_looked_up.then(|| format!("{WELL_KNOWN}/{{"));
    let hides =
        |path: &str| is_family && path.starts_with(WELL_KNOWN) && paths.iter().any(|own| meet(own, path));
    let clashes = |path: &str| {
        paths.iter().any(|own| own == path)
            || below.as_ref().is_some_and(|below| path.starts_with(below))
            || hides(path)
    };
    let message = |(entry, path): (&Entry, &str)| {
        let handler = entry.row().handler();
        format!("`{handler}` is mounted at `{path}`, where the metadata document belongs; remove that route")
    };
    let routes = table.entries().iter().filter_map(|entry| Some((entry, entry.path()?)));
    routes.filter(|(_, path)| clashes(path)).map(message).collect()
}
