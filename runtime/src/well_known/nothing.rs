//! Answers 404 at the well-known paths that have no document.

use std::{collections::BTreeSet, future::ready};

use axum::{
    extract::Request,
    handler::Handler,
    routing::{MethodRouter, Route},
};
use tower_layer::layer_fn;

use super::{answer, is_like_a_pattern};
use crate::scope::{Entry, ScopeTable};

/// The paths where clients look for metadata, as defined by [RFC
/// 9728](https://www.rfc-editor.org/rfc/rfc9728#section-3), [RFC
/// 8414](https://www.rfc-editor.org/rfc/rfc8414#section-3) and `OpenID` Connect Discovery.
pub(super) const WHERE_CLIENTS_LOOK: [&str; 3] = [
    crate::resource::WELL_KNOWN,
    "/.well-known/oauth-authorization-server",
    "/.well-known/openid-configuration",
];

/// Answers 404 at the well-known paths below each fixed path of the table. Some clients look there: they append a
/// well-known path to the path of an endpoint.
pub(crate) fn below_routes<S>(table: &ScopeTable) -> axum::Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    let taken = paths(table);
    let below: BTreeSet<String> = taken.iter().filter_map(|path| below(path)).flatten().collect();
    mount_at(axum::Router::new(), below, &taken)
}

/// Returns the well-known paths below the path of an endpoint. Returns `None` for a path with parameters and for the
/// path of a fallback, since such paths match many URLs. Also returns `None` for the root of the server, which
/// [`super::mount`] covers.
fn below(path: &str) -> Option<[String; 3]> {
    let path = path.trim_end_matches('/');
    if path.is_empty() || path.contains('{') || is_like_a_pattern(path) {
        return None;
    }
    Some(WHERE_CLIENTS_LOOK.map(|well_known| format!("{path}{well_known}")))
}

/// Answers 404 at a well-known path and at every path below it, except at the program's own routes.
pub(super) fn mount<S>(router: axum::Router<S>, well_known: &str, table: &ScopeTable) -> axum::Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    let at = ["", "/", "/{*rest}"].map(|rest| format!("{well_known}{rest}"));
    mount_at(router, at, &paths(table))
}

fn mount_at<S>(
    router: axum::Router<S>,
    at: impl IntoIterator<Item = String>,
    taken: &BTreeSet<&str>,
) -> axum::Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    let free = at.into_iter().filter(|path| !is_taken(path, taken));
    free.fold(router, |router, path| router.route(&path, nothing()))
}

/// Returns the paths of the program's own routes.
fn paths(table: &ScopeTable) -> BTreeSet<&str> {
    table.entries().iter().filter_map(Entry::path).collect()
}

/// Tells whether one of the program's routes has this path, or a path that conflicts with it in axum.
fn is_taken(path: &str, taken: &BTreeSet<&str>) -> bool {
    let Some((before, _)) = path.split_once('{') else { return taken.contains(path) };
    let at_parameter = format!("{before}{{");
    // The paths are sorted. So if any path has this prefix, the first path in this range has it.
    taken.range(at_parameter.as_str()..).next().is_some_and(|own| own.starts_with(&at_parameter))
}

/// Answers 404 for every method. The answer comes from axum's fallback, not from a handler. Two handlers at the same
/// path would clash when their routers are merged.
fn nothing<S>() -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    let service = (|request: Request| ready(answer::not_found(&request))).with_state(());
    MethodRouter::new().layer(layer_fn(move |_: Route| service.clone()))
}
