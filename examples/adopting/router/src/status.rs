//! Pages for monitoring and for developers.

use axum::Json;
use scopegate::{Router, public, routing::get};
use utoipa::openapi::OpenApi;

use crate::state::AppState;

/// The public routes.
pub fn routes(openapi: OpenApi) -> Router<AppState> {
    Router::new().route("/health", get(health)).route("/openapi.json", get(public(async || Json(openapi))))
}

#[public]
async fn health() -> &'static str {
    "ok\n"
}
