//! What monitors and developers look at.

use axum::{Json, Router, routing::get};
use utoipa::openapi::OpenApi;

use crate::state::AppState;

/// The routes that are there for everybody.
pub fn routes(openapi: OpenApi) -> Router<AppState> {
    Router::new().route("/health", get(health)).route("/openapi.json", get(async || Json(openapi)))
}

async fn health() -> &'static str {
    "ok\n"
}
