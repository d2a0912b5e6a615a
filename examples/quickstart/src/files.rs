//! The API: five handlers with their scopes.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use scopegate::{Router, Vocabulary, public, requires_scope, routing::get};

/// The scopes, with the descriptions that the consent page shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Vocabulary)]
pub enum FilesScope {
    /// See your files.
    #[scope("files:read")]
    Read,
    /// Create, change and delete your files.
    #[scope("files:write")]
    Write,
    /// Manage everybody's files.
    #[scope("files:admin")]
    Admin,
}

/// The routes; see [`Router::table`] for what each needs.
pub fn routes() -> Router {
    Router::new()
        .route("/files", get(list))
        .route("/files/{name}", get(read).put(write).delete(delete))
        .route("/health", get(health))
        .with_state(Disk::default())
}

#[requires_scope(FilesScope::Read)]
async fn list(State(disk): State<Disk>) -> Json<Vec<String>> {
    Json(disk.files().keys().cloned().collect())
}

#[requires_scope(FilesScope::Read)]
async fn read(State(disk): State<Disk>, Path(name): Path<String>) -> Result<String, StatusCode> {
    disk.files().get(&name).cloned().ok_or(StatusCode::NOT_FOUND)
}

#[requires_scope(FilesScope::Read, FilesScope::Write)]
async fn write(State(disk): State<Disk>, Path(name): Path<String>, content: String) -> StatusCode {
    match disk.files().insert(name, content) {
        Some(_) => StatusCode::NO_CONTENT,
        None => StatusCode::CREATED,
    }
}

#[requires_scope(any(all(FilesScope::Read, FilesScope::Write), FilesScope::Admin))]
async fn delete(State(disk): State<Disk>, Path(name): Path<String>) -> StatusCode {
    match disk.files().remove(&name) {
        Some(_) => StatusCode::NO_CONTENT,
        None => StatusCode::NOT_FOUND,
    }
}

#[public]
async fn health() -> &'static str {
    "ok\n"
}

/// Files by name, in memory.
#[derive(Clone)]
struct Disk(Arc<Mutex<BTreeMap<String, String>>>);

impl Disk {
    fn files(&self) -> MutexGuard<'_, BTreeMap<String, String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Disk {
    fn default() -> Self {
        let hello = ("hello.txt".to_owned(), "Hello!\n".to_owned());
        Self(Arc::new(Mutex::new([hello].into())))
    }
}
