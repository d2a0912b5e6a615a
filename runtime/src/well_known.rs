//! Serves the metadata document at its well-known path.

use axum::{
    response::{IntoResponse, Response},
    routing::get,
};
use bytes::Bytes;
use http::{
    HeaderValue,
    header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE},
};

use crate::{gate::Gate, no_discovery, table::ScopeTable};

/// Makes the route of the gate's metadata; its bytes are built here, once.
pub(crate) fn router<S>(gate: &Gate, table: &ScopeTable) -> axum::Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    let Some(resource) = gate.resource() else { return no_discovery::router(table) };
    let document: Bytes = serde_json::to_vec(&gate.metadata(table)).unwrap_or_default().into();
    let path = resource.metadata_path();
    axum::Router::new().without_v07_checks().route(&path, get(move || async move { answer(document) }))
}

/// Tells where a route of the table stands where the metadata belongs.
pub(crate) fn clash(gate: &Gate, table: &ScopeTable) -> Option<String> {
    let path = gate.resource()?.metadata_path();
    let entry = table.entries().iter().find(|entry| entry.path() == Some(&path))?;
    let handler = entry.row().handler();
    Some(format!(
        "`{handler}` is mounted at `{path}`, where the metadata document belongs; leave that route out"
    ))
}

/// Clients read the document without a token, and browsers from other origins.
fn answer(document: Bytes) -> Response {
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600")),
        (ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*")),
    ];
    (headers, document).into_response()
}
