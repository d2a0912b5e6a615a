//! protect-axum: a layer that reads the authorities, and an attribute. Its refusals have no challenge.

use std::{collections::HashSet, sync::LazyLock};

use axum::{
    Router,
    extract::Request,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};
use protect_axum::{GrantsLayer, protect};

use super::{Subject, Tokens, bare};

static TOKENS: LazyLock<Tokens<HashSet<String>>> =
    LazyLock::new(|| Tokens::new(|scopes| scopes.iter().map(|scope| (*scope).to_owned()).collect()));

async fn authorities(request: &mut Request) -> Result<HashSet<String>, Response> {
    TOKENS.of(request).ok_or_else(|| StatusCode::UNAUTHORIZED.into_response())
}

#[protect("files:read")]
async fn list() {}

pub fn router() -> Subject {
    let router = Router::new().route("/files", get(list)).layer(GrantsLayer::with_extractor(authorities));
    Subject::by_bearer("protect-axum 0.2.0", bare::ROUTER, router)
}
