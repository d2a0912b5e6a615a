//! The API. Only scopegate's attributes declare scopes; utoipa's do not repeat them.

use axum::{Json, extract::Path, http::StatusCode};
use scopegate::{
    Access, Gate, InvalidResource, Resource, Router, Scope, Vocabulary, authenticated, public,
    requires_scope, routes,
};
use serde::Serialize;
use utoipa::ToSchema;

/// The scope that every token needs.
pub const FLOOR: Scope = NotesScope::Use.as_scope();

/// The scopes of the API.
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

/// A note, as clients see it.
#[derive(Serialize, ToSchema)]
pub(crate) struct Note {
    name: String,
    text: String,
}

/// The routes. Paths and methods come from the handlers.
pub fn routes() -> Router {
    let notes =
        Router::new().routes(routes!(list)).routes(routes!(read, write, delete)).routes(routes!(shared));
    Router::new().nest("/v1", notes).routes(routes!(whoami, feed))
}

/// The gate of the API at `resource`.
///
/// # Errors
///
/// If `resource` is not a valid identifier.
pub fn gate(resource: &str) -> Result<Gate, InvalidResource> {
    let resource = Resource::new(resource)?.authorization_server("https://auth.example.com")?;
    Ok(Gate::jwt(resource).floor([FLOOR]).vocabulary::<NotesScope>())
}

/// Lists the names of your notes
#[utoipa::path(get, path = "/notes", responses((status = 200, description = "The names", body = Vec<String>)))]
#[requires_scope(NotesScope::Read)]
async fn list() -> Json<Vec<String>> {
    Json(vec!["hello".to_owned()])
}

/// Reads a note
#[utoipa::path(get, path = "/notes/{name}", responses((status = 200, description = "The note", body = Note)))]
#[requires_scope(NotesScope::Read)]
async fn read(Path(name): Path<String>) -> Json<Note> {
    Json(Note { text: format!("the note {name}"), name })
}

/// Writes a note
#[utoipa::path(put, path = "/notes/{name}", request_body = String, responses((status = 204, description = "It is written")))]
#[requires_scope(NotesScope::Write)]
async fn write(Path(_name): Path<String>, _note: String) -> StatusCode {
    StatusCode::NO_CONTENT
}

/// Deletes a note
#[utoipa::path(delete, path = "/notes/{name}", responses((status = 204, description = "It is gone")))]
#[requires_scope(any(all(NotesScope::Read, NotesScope::Write), NotesScope::Admin))]
async fn delete(Path(_name): Path<String>) -> StatusCode {
    StatusCode::NO_CONTENT
}

/// Lists the notes of a group
#[utoipa::path(get, path = "/shared/{group}/notes", responses((status = 200, description = "The names", body = Vec<String>)))]
#[requires_scope("group:{group}:member")]
async fn shared(Path(group): Path<String>) -> Json<Vec<String>> {
    Json(vec![format!("minutes of {group}")])
}

/// Says that your token is good
#[utoipa::path(get, path = "/whoami", responses((status = 204, description = "It is good")))]
#[authenticated]
async fn whoami() -> StatusCode {
    StatusCode::NO_CONTENT
}

/// Lists public notes, and with a token yours first
#[utoipa::path(get, path = "/feed", responses((status = 200, description = "The names", body = Vec<String>)))]
#[public]
async fn feed(access: Option<Access>) -> Json<Vec<String>> {
    let yours = access.map(|_| "hello".to_owned());
    Json(yours.into_iter().chain(["welcome".to_owned()]).collect())
}
