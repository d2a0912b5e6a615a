//! The paths where clients look and nothing is.

use std::future::ready;

use axum::{
    extract::Request,
    handler::Handler,
    routing::{MethodRouter, Route},
};
use tower_layer::layer_fn;

use super::answer;
use crate::scope::ScopeTable;

/// Where clients look: [RFC 9728](https://www.rfc-editor.org/rfc/rfc9728#section-3),
/// [RFC 8414](https://www.rfc-editor.org/rfc/rfc8414#section-3), and `OpenID` Connect Discovery.
pub(super) const WHERE_CLIENTS_LOOK: [&str; 3] = [
    crate::resource::WELL_KNOWN,
    "/.well-known/oauth-authorization-server",
    "/.well-known/openid-configuration",
];

/// Answers 404 behind each path of the table, where some clients append what they look for.
pub(crate) fn below_routes<S>(table: &ScopeTable) -> axum::Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    let mut paths: Vec<String> =
        table.entries().iter().filter_map(|entry| below(entry.path()?)).flatten().collect();
    paths.sort_unstable();
    paths.dedup();
    let taken = Taken::by(table);
    paths.retain(|path| !taken.has(path));
    paths.into_iter().fold(axum::Router::new(), |router, path| router.route(&path, nothing()))
}

/// An endpoint has no parameters; at the root of the server the paths are those of [`super::mount`].
fn below(path: &str) -> Option<Vec<String>> {
    let path = path.trim_end_matches('/');
    if path.is_empty() || path.contains('{') {
        return None;
    }
    Some(WHERE_CLIENTS_LOOK.map(|well_known| format!("{path}{well_known}")).into())
}

/// Answers 404 at and below a well-known path, where the program has no routes of its own.
pub(super) fn mount<S>(router: axum::Router<S>, well_known: &str, table: &ScopeTable) -> axum::Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    let paths = [well_known.to_owned(), format!("{well_known}/"), format!("{well_known}/{{*rest}}")];
    let taken = Taken::by(table);
    let free = paths.iter().filter(|path| !taken.has(path));
    free.fold(router, |router, path| router.route(path, nothing()))
}

/// The paths of the program's own routes, sorted.
struct Taken<'a>(Vec<&'a str>);

impl<'a> Taken<'a> {
    fn by(table: &'a ScopeTable) -> Self {
        let mut paths: Vec<&str> = table.entries().iter().filter_map(crate::Entry::path).collect();
        paths.sort_unstable();
        Self(paths)
    }

    /// Tells whether a route stands at a path, or where axum would take the two for one.
    fn has(&self, path: &str) -> bool {
        let Some((before, _)) = path.split_once('{') else { return self.0.binary_search(&path).is_ok() };
        let at_parameter = format!("{before}{{");
        // If any path begins so, the first that is not less does.
        let first = self.0.partition_point(|own| *own < at_parameter.as_str());
        self.0.get(first).is_some_and(|own| own.starts_with(&at_parameter))
    }
}

/// Answers 404 in the place of axum's own answer to other methods: the router of another gate, or of the program, can
/// be merged with this one, where a handler would clash with the one there.
fn nothing<S>() -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    let service = (|request: Request| ready(answer::not_found(&request))).with_state(());
    MethodRouter::new().layer(layer_fn(move |_: Route| service.clone()))
}
