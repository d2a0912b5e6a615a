//! What monitors and developers look at.

use axum::Json;
use scopegate::{Router, public, routing::get};
use utoipa::openapi::OpenApi;

use crate::state::AppState;

/// The routes that are there for everybody.
pub fn routes(openapi: OpenApi) -> Router<AppState> {
    Router::new().route("/health", get(health)).route("/openapi.json", get(public(async || Json(openapi))))
}

#[public]
async fn health() -> &'static str {
    "ok\n"
}
