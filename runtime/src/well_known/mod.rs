//! Serves metadata documents at their well-known paths.

mod answer;
mod clash;
mod discovery;
mod nothing;

use std::{future::ready, sync::Arc};

use axum::{
    extract::Request,
    routing::{MethodRouter, any, get},
};

#[cfg(feature = "export")]
pub(crate) use self::clash::between as clashes_between;
pub use self::discovery::Discovery;
pub(crate) use self::{
    clash::with_routes as clashes_with_routes, nothing::below_routes as nothing_below_routes,
};
use self::{discovery::Document, nothing::WHERE_CLIENTS_LOOK};
use crate::{policy::StartupError, resource::WELL_KNOWN, scope::ScopeTable};

/// Makes a router that serves the metadata documents of several gates. Mount the router at the root of the server,
/// without `nest`.
///
/// Each document is served at its own path. In a family of resources, each resource has its own document and path. The
/// router answers `GET` and `HEAD`, and sends `Cache-Control` and an `ETag`. Scripts from any origin may read the
/// answers. At every other path under `/.well-known/oauth-protected-resource`, the router answers 404 with a JSON body.
/// The answers do not depend on the headers `Host` and `X-Forwarded-*`, or on the query of the request. If a gate has
/// only static keys, the router also answers 404 at the paths where clients look for the metadata of an authorization
/// server.
///
/// You can merge this router with a router of your own, even if yours has routes at the well-known paths above. Axum's
/// rules apply to the merge: the merge panics if both routers have a handler for the same method at the same path. The
/// merge also panics if your router has a service at a well-known path, or a path parameter directly below a well-known
/// path. The panic names the path. Unlike the merge, [`Router::protect`](crate::Router::protect) does not panic. If one
/// of your routes is at the path of a document, `protect` returns an error. If one of your routes is at a well-known
/// path without a document, this route answers there in place of the 404.
///
/// # Errors
///
/// Fails if two documents need the same path, or need paths that differ only by a slash at the end. It also fails if a
/// family contains the resource of another gate, or shares a resource with another family. The error lists all pairs
/// that clash.
///
/// # Examples
///
/// Two resources on one host, with the routes of the first resource nested:
///
/// ```
/// use scopegate::{Gate, Resource, Router, requires_scope, routing::get, well_known};
/// # use scopegate::{Presented, Token, TokenVerifier, VerifyError};
/// # #[derive(Clone)]
/// # struct Sessions;
/// # impl TokenVerifier for Sessions {
/// #     async fn verify(&self, _: &Presented<'_>) -> Result<Token, VerifyError> { Err(VerifyError::expired()) }
/// # }
///
/// #[requires_scope("files:read")]
/// async fn list() {}
///
/// #[requires_scope("admin")]
/// async fn users() {}
///
/// let gate = |url: &str| {
///     let resource = Resource::new(url)?.authorization_server("https://auth.example.com")?;
///     Ok::<_, scopegate::InvalidResource>(Gate::new(resource, Sessions))
/// };
/// let (files, files_discovery) =
///     Router::new().route("/list", get(list)).split(gate("https://example.com/files")?)?;
/// let (admin, admin_discovery) =
///     Router::new().route("/admin", get(users)).split(gate("https://example.com/admin")?)?;
/// let app: axum::Router =
///     well_known([files_discovery, admin_discovery])?.nest("/files", files).merge(admin);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn well_known<S>(
    discoveries: impl IntoIterator<Item = Discovery>,
) -> Result<axum::Router<S>, StartupError>
where
    S: Clone + Send + Sync + 'static,
{
    let all: Vec<Discovery> = discoveries.into_iter().collect();
    StartupError::unless(clash::between(&all), || mount(&all, &ScopeTable::default()))
}

/// Mounts the documents. The caller has checked that the documents do not clash. Requests for the other well-known
/// paths get 404, unless the table has a route there.
pub(crate) fn mount<S>(all: &[Discovery], table: &ScopeTable) -> axum::Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    let documents = all.iter().filter_map(Discovery::served);
    let places =
        documents.flat_map(|document| document.paths.iter().map(move |path| (path, document.clone())));
    let (looked_up, plain): (Vec<_>, Vec<_>) =
        places.partition(|(path, document)| is_like_a_pattern(path) || document.is_family());

    let looked_at = all.iter().map(looked_at).max_by_key(|paths| paths.len());
    let mut router = axum::Router::new();
    for path in looked_at.unwrap_or(&WHERE_CLIENTS_LOOK[..1]) {
        router = nothing::mount(router, path, table);
    }
    for (path, document) in plain {
        router = router.route(path, serve(document));
    }
    if looked_up.is_empty() {
        return router;
    }
    let documents = looked_up.into_iter().map(|(_, document)| document).collect();
    router.route(&format!("{WELL_KNOWN}/{{*rest}}"), lookup(documents))
}

/// Returns the well-known paths at which the gate answers, either with a document or with 404.
pub(crate) fn looked_at(discovery: &Discovery) -> &'static [&'static str] {
    let without_oauth = discovery.served().is_none();
    if without_oauth { &WHERE_CLIENTS_LOOK } else { &WHERE_CLIENTS_LOOK[..1] }
}

/// Tells whether a path has segments that axum rejects because they were patterns in earlier versions of axum.
fn is_like_a_pattern(path: &str) -> bool {
    path.split('/').any(|segment| segment.starts_with([':', '*']))
}

fn serve<S>(document: Arc<Document>) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    // If the program mounts a route at the same path, axum panics. The methods are listed one by one, so that the panic
    // names the path.
    let answer = move |request: Request| {
        ready(match document.text() {
            Some(text) => answer::document(&document, text, &request),
            None => answer::not_found(&request),
        })
    };
    get(answer.clone()).options(answer.clone()).fallback(answer)
}

/// Serves the documents that have no route of their own. No two of these documents share a path.
fn lookup<S>(documents: Vec<Arc<Document>>) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    let documents: Arc<[_]> = documents.into();
    any(move |request: Request| {
        let path = request.uri().path();
        let found = documents.iter().find_map(|document| Some((document, document.text_at(path)?)));
        ready(match found {
            Some((document, text)) => answer::document(document, &text, &request),
            None => answer::not_found(&request),
        })
    })
}

/// Adds `extra` to the program's routes. The program's router is merged last, because axum then keeps the program's 404
/// handler and the layers around this handler.
pub(crate) fn around<S>(extra: axum::Router<S>, program: axum::Router<S>) -> axum::Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    // The program may have turned these checks off, and paths such as `/:name` must pass then.
    extra.without_v07_checks().merge(program)
}
