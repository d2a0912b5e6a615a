//! Tells clients that there is nothing to discover, in a form that they parse.
//!
//! A client that finds no OAuth falls back to the key it has; one that finds an empty or an HTML page at these paths
//! dies of `Unexpected token`.

use axum::{
    Router,
    response::{IntoResponse, Response},
    routing::any,
};
use http::{
    HeaderValue, StatusCode,
    header::{ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_TYPE},
};

use crate::table::ScopeTable;

/// Where clients look: [RFC 9728](https://www.rfc-editor.org/rfc/rfc9728#section-3),
/// [RFC 8414](https://www.rfc-editor.org/rfc/rfc8414#section-3), and `OpenID` Connect Discovery.
const DISCOVERY: [&str; 3] =
    ["oauth-protected-resource", "oauth-authorization-server", "openid-configuration"];

/// Answers each discovery path with 404: by itself, before a path, and behind the paths of the table's routes.
pub(crate) fn router<S>(table: &ScopeTable) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    let mut paths: Vec<String> = DISCOVERY
        .iter()
        .flat_map(|name| [format!("/.well-known/{name}"), format!("/.well-known/{name}/{{*path}}")])
        .chain(table.entries().iter().filter_map(|entry| below(entry.path()?)).flatten())
        .collect();
    paths.sort_unstable();
    paths.dedup();
    paths.retain(|path| table.entries().iter().all(|entry| entry.path() != Some(path)));
    paths.into_iter().fold(Router::new(), |router, path| router.route(&path, any(not_found)))
}

/// Some clients append the well-known part to the endpoint, which has no parameters.
fn below(path: &str) -> Option<Vec<String>> {
    let path = path.trim_end_matches('/');
    if path.is_empty() || path.contains('{') {
        return None;
    }
    Some(DISCOVERY.map(|name| format!("{path}/.well-known/{name}")).into())
}

async fn not_found() -> Response {
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*")),
    ];
    (
        StatusCode::NOT_FOUND,
        headers,
        r#"{"error":"not_found","error_description":"This server does not use OAuth"}"#,
    )
        .into_response()
}
