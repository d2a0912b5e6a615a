//! Administration.

use axum::{
    Json, Router,
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header::CACHE_CONTROL},
    middleware::{Next, from_fn},
    response::Response,
    routing::{get, post},
};

use crate::state::AppState;

/// The routes of administrators.
pub fn routes() -> Router<AppState> {
    let count = async |State(app): State<AppState>| Json(app.documents().len());
    Router::new()
        .route("/purge", post(purge))
        .route("/count", get(count))
        .route_layer(from_fn(without_caching))
}

pub(crate) async fn purge(State(app): State<AppState>) -> StatusCode {
    app.documents().clear();
    StatusCode::NO_CONTENT
}

async fn without_caching(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
