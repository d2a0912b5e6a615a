//! A documents server: an API in nested routers, live updates, static files, routes for administrators, and an
//! `OpenAPI` document.

pub mod admin;
pub mod comments;
pub mod documents;
pub mod gate;
pub mod live;
pub mod middleware;
pub mod state;
pub mod status;

use axum::{Json, Router, http::StatusCode, middleware::from_fn};
use scopegate::{GateLayer, ScopeTable, scope_table};
use tower_http::services::{ServeDir, ServeFile};
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::{
    comments::{Comments, Memory},
    state::AppState,
};

const ASSETS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/assets");
const HANDBOOK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/handbook.txt");

#[derive(OpenApi)]
#[openapi(info(title = "Documents", license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")))]
struct Documentation;

/// The handlers that declare scopes, with their routes.
pub const TABLE: ScopeTable = scope_table![
    GET "/api/v1/documents" => documents::list,
    POST "/api/v1/documents" => documents::create,
    GET "/api/v1/documents/{id}" => documents::read,
    PUT "/api/v1/documents/{id}" => documents::replace,
    DELETE "/api/v1/documents/{id}" => documents::remove,
    GET "/api/v1/documents/{id}/comments" => Comments::<Memory>::list,
    POST "/api/v1/documents/{id}/comments" => Comments::<Memory>::add,
    GET "/api/v1/events" => live::events,
    "/api/v1/socket" => live::socket,
    POST "/admin/purge" => admin::purge,
];

/// Builds the program.
pub fn app(state: AppState, layer: &GateLayer) -> Router {
    let v1 = OpenApiRouter::new()
        .merge(documents::routes())
        .nest("/documents/{id}/comments", Comments::<Memory>::routes().into())
        .merge(live::routes().into());
    let (api, openapi) = OpenApiRouter::with_openapi(Documentation::openapi())
        .nest("/api", OpenApiRouter::new().nest("/v1", v1))
        .split_for_parts();
    Router::new()
        .merge(api)
        .nest("/admin", admin::routes())
        .route_service("/handbook", ServeFile::new(HANDBOOK))
        .layer(layer.clone())
        .merge(layer.well_known())
        .merge(status::routes(openapi))
        .nest_service("/assets", ServeDir::new(ASSETS))
        .fallback(not_found)
        .method_not_allowed_fallback(wrong_method)
        .with_state(state)
        .layer(from_fn(middleware::request_id))
        .layer(middleware::cors())
}

async fn not_found() -> (StatusCode, Json<&'static str>) {
    (StatusCode::NOT_FOUND, Json("there is nothing here"))
}

async fn wrong_method() -> (StatusCode, Json<&'static str>) {
    (StatusCode::METHOD_NOT_ALLOWED, Json("this method is not for here"))
}
