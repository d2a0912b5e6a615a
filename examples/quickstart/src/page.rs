//! The page on which a user sends requests, sees the answers, and logs in for the scopes that the answers name.

use axum::response::Html;
use scopegate::{Router, public, routing::get};

/// The routes of the page, which needs no token.
pub fn routes() -> Router {
    Router::new().route("/", get(page)).route("/login.js", get(public(dev_issuer::login_js)))
}

#[public]
async fn page() -> Html<&'static str> {
    Html(include_str!("page.html"))
}
