//! The page, on which a person sees the answers, logs in for what they name, and comes back.

use axum::{
    http::{HeaderName, header::CONTENT_TYPE},
    response::Html,
};
use dev_issuer::LOGIN_JS;
use scopegate::{Router, public, routing::get};

/// The routes of the page, which needs no token.
pub fn routes() -> Router {
    Router::new().route("/", get(page)).route("/login.js", get(login))
}

#[public]
async fn page() -> Html<&'static str> {
    Html(include_str!("page.html"))
}

#[public]
async fn login() -> ([(HeaderName, &'static str); 1], &'static str) {
    ([(CONTENT_TYPE, "text/javascript")], LOGIN_JS)
}
