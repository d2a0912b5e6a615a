//! The API for a tenant's documents.

use axum::{Json, extract::Path, http::StatusCode};
use scopegate::{
    Access, Gate, Rejection, Resource, Router, requires_scope,
    routing::{get, post},
};
use serde::Deserialize;

use crate::scopes::{DocsScope, FLOOR};

/// The routes, below `/tenants/{tenant}`.
pub fn routes() -> Router {
    let tenant = Router::new()
        .route("/docs", get(list))
        .route("/docs/{name}", get(read).put(write))
        .route("/docs/{name}/publish", post(publish))
        .route("/export", get(export))
        .route("/owner", post(change_owner));
    Router::new().nest("/tenants/{tenant}", tenant)
}

/// The gate of `resource`: the floor, the vocabulary, and tokens of its authorization server.
#[must_use]
pub fn gate(resource: Resource) -> Gate {
    Gate::jwt(resource).floor([FLOOR]).vocabulary::<DocsScope>()
}

// The scope contains the tenant of the path, so a member of one tenant cannot read the documents of another.
#[requires_scope(DocsScope::Read, "tenant:{tenant}:member")]
async fn list(Path(tenant): Path<String>) -> Json<Vec<String>> {
    Json(vec![format!("{tenant}.txt")])
}

#[requires_scope(DocsScope::Read, "tenant:{tenant}:member")]
async fn read(Path((tenant, name)): Path<(String, String)>) -> String {
    format!("{name} of {tenant}")
}

// `docs:write` implies `docs:read`, so clients need not request both.
#[requires_scope(DocsScope::Write, "tenant:{tenant}:member")]
async fn write(_content: String) -> StatusCode {
    StatusCode::NO_CONTENT
}

/// The audience of a published document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Audience {
    Tenant,
    Everybody,
}

// Only the body of the request shows whether the caller also needs `docs:publish`.
#[requires_scope(DocsScope::Write, "tenant:{tenant}:member", also(DocsScope::Publish))]
async fn publish(access: Access, Json(audience): Json<Audience>) -> Result<StatusCode, Rejection> {
    if audience == Audience::Everybody {
        access.require(DocsScope::Publish)?;
    }
    Ok(StatusCode::NO_CONTENT)
}

// The least powerful alternative comes first, because challenges name the first one.
#[requires_scope(any(all(DocsScope::Export, "tenant:{tenant}:member"), DocsScope::Admin))]
async fn export() -> &'static str {
    "all of it"
}

// Owning a tenant is not a scope, and no scope would help a refused caller. This API has one authorization server, so subjects
// identify users. With several authorization servers, compare `Access::principal`.
#[requires_scope(DocsScope::Admin)]
async fn change_owner(access: Access, Path(tenant): Path<String>) -> Result<StatusCode, Rejection> {
    if access.subject() == Some(owner_of(&tenant)) {
        return Ok(StatusCode::NO_CONTENT);
    }
    Err(access.deny("Only the owner of a tenant may give it away"))
}

fn owner_of(tenant: &str) -> &'static str {
    if tenant == "acme" { "dev" } else { "somebody else" }
}
