//! Serves the document and the page that shows it.

use axum::{Json, extract::State, response::Html};
use scopegate::{Router, public, routing::get};
use utoipa::openapi::OpenApi;

/// The public routes of the document and its page.
pub fn routes(document: OpenApi) -> Router {
    Router::new().route("/", get(page)).route("/openapi.json", get(json)).with_state(document)
}

#[public]
async fn page() -> Html<&'static str> {
    Html(include_str!("page.html"))
}

#[public]
async fn json(State(document): State<OpenApi>) -> Json<OpenApi> {
    Json(document)
}
