//! Pages for monitoring and for developers.

use axum::{Json, Router, routing::get};
use utoipa::openapi::OpenApi;

use crate::state::AppState;

/// The public routes.
pub fn routes(openapi: OpenApi) -> Router<AppState> {
    Router::new().route("/health", get(health)).route("/openapi.json", get(async || Json(openapi)))
}

async fn health() -> &'static str {
    "ok\n"
}
