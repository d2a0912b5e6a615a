//! The API. What each handler needs is said once, by scopegate's attribute, and not again by utoipa's.

use axum::{Json, extract::Path, http::StatusCode};
use scopegate::{
    Gate, InvalidResource, Resource, Router, Scope, Vocabulary, authenticated, public, requires_scope,
    routing::get,
};

/// What every token needs.
pub const FLOOR: Scope = NotesScope::Use.as_scope();

/// The scopes that there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Vocabulary)]
pub enum NotesScope {
    /// Use the notes API.
    #[scope("notes")]
    Use,
    /// See your notes.
    #[scope("notes:read", baseline)]
    Read,
    /// Write and delete your notes.
    #[scope("notes:write", implies(Read))]
    Write,
    /// Manage everybody's notes.
    #[scope("notes:admin", implies(Write))]
    Admin,
}

/// The routes.
pub fn routes() -> Router {
    Router::new()
        .route("/notes", get(list))
        .route("/notes/{name}", get(read).put(write).delete(delete))
        .route("/shared/{group}/notes", get(shared))
        .route("/whoami", get(whoami))
        .route("/health", get(health))
}

/// The gate of the API at `resource`.
///
/// # Errors
///
/// When `resource` is no URL of a resource.
pub fn gate(resource: &str) -> Result<Gate, InvalidResource> {
    let resource = Resource::new(resource)?.authorization_server("https://auth.example.com")?;
    Ok(Gate::jwt(resource).floor([FLOOR]).vocabulary::<NotesScope>())
}

/// Lists the names of your notes
#[utoipa::path(get, path = "/notes", responses((status = 200, description = "The names", body = Vec<String>)))]
#[requires_scope(NotesScope::Read)]
pub(crate) async fn list() -> Json<Vec<String>> {
    Json(vec!["hello".to_owned()])
}

/// Reads a note
#[utoipa::path(get, path = "/notes/{name}", params(("name" = String, Path)), responses((status = 200, description = "The note", body = String)))]
#[requires_scope(NotesScope::Read)]
pub(crate) async fn read(Path(name): Path<String>) -> String {
    format!("the note {name}")
}

/// Writes a note
#[utoipa::path(put, path = "/notes/{name}", params(("name" = String, Path)), request_body = String, responses((status = 204, description = "It is written")))]
#[requires_scope(NotesScope::Write)]
pub(crate) async fn write(Path(_name): Path<String>, _note: String) -> StatusCode {
    StatusCode::NO_CONTENT
}

/// Deletes a note
#[utoipa::path(delete, path = "/notes/{name}", params(("name" = String, Path)), responses((status = 204, description = "It is gone")))]
#[requires_scope(any(all(NotesScope::Read, NotesScope::Write), NotesScope::Admin))]
pub(crate) async fn delete(Path(_name): Path<String>) -> StatusCode {
    StatusCode::NO_CONTENT
}

/// Lists the notes of a group
#[utoipa::path(get, path = "/shared/{group}/notes", params(("group" = String, Path)), responses((status = 200, description = "The names", body = Vec<String>)))]
#[requires_scope("group:{group}:member")]
pub(crate) async fn shared(Path(group): Path<String>) -> Json<Vec<String>> {
    Json(vec![format!("minutes of {group}")])
}

/// Says that your token is good
#[utoipa::path(get, path = "/whoami", responses((status = 204, description = "It is good")))]
#[authenticated]
pub(crate) async fn whoami() -> StatusCode {
    StatusCode::NO_CONTENT
}

/// Says that the server runs
#[utoipa::path(get, path = "/health", responses((status = 200, description = "It runs")))]
#[public]
pub(crate) async fn health() {}
