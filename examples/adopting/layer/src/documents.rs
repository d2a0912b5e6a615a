//! The documents, with utoipa documentation.

use std::collections::BTreeMap;

use axum::{
    Json,
    extract::{Path, State},
    http::{StatusCode, header::LOCATION},
    response::IntoResponse,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::AppState;

/// A document.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct Document {
    /// The title in lists.
    pub title: String,
    /// The content.
    pub text: String,
}

/// The routes of the documents.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(read, replace, remove))
}

/// Lists the titles
#[utoipa::path(get, path = "/documents", responses((status = 200, body = BTreeMap<u32, String>)))]
pub(crate) async fn list(State(app): State<AppState>) -> Json<BTreeMap<u32, String>> {
    Json(app.documents().iter().map(|(id, document)| (*id, document.title.clone())).collect())
}

/// Creates a document
#[utoipa::path(post, path = "/documents", request_body = Document, responses((status = 201)))]
pub(crate) async fn create(State(app): State<AppState>, Json(document): Json<Document>) -> impl IntoResponse {
    let mut documents = app.documents();
    let id = documents.keys().last().map_or(1, |last| last + 1);
    app.announce(format!("{} is new", document.title));
    documents.insert(id, document);
    (StatusCode::CREATED, [(LOCATION, format!("/api/v1/documents/{id}"))])
}

/// Reads a document
#[utoipa::path(get, path = "/documents/{id}", params(("id" = u32, Path)), responses((status = 200, body = Document), (status = 404)))]
pub(crate) async fn read(
    State(app): State<AppState>,
    Path(id): Path<u32>,
) -> Result<Json<Document>, StatusCode> {
    app.documents().get(&id).cloned().map(Json).ok_or(StatusCode::NOT_FOUND)
}

/// Replaces a document
#[utoipa::path(put, path = "/documents/{id}", params(("id" = u32, Path)), request_body = Document, responses((status = 204), (status = 404)))]
pub(crate) async fn replace(
    State(app): State<AppState>,
    Path(id): Path<u32>,
    Json(document): Json<Document>,
) -> StatusCode {
    match app.documents().get_mut(&id) {
        Some(place) => *place = document,
        None => return StatusCode::NOT_FOUND,
    }
    StatusCode::NO_CONTENT
}

/// Removes a document
#[utoipa::path(delete, path = "/documents/{id}", params(("id" = u32, Path)), responses((status = 204), (status = 404)))]
pub(crate) async fn remove(State(app): State<AppState>, Path(id): Path<u32>) -> StatusCode {
    match app.documents().remove(&id) {
        Some(_) => StatusCode::NO_CONTENT,
        None => StatusCode::NOT_FOUND,
    }
}
