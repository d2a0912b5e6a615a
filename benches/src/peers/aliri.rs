//! aliri_axum: the handler has a guard as an argument. The guard reads claims that a middleware sets.

use aliri_axum::scope_guards;
use aliri_oauth2::{HasScope, Scope};
use axum::{
    Router,
    extract::{Request, State},
    http::StatusCode,
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::get,
};

use super::{Subject, Tokens, bare};

#[derive(Clone, Debug)]
struct Claims {
    scope: Scope,
}

impl HasScope for Claims {
    fn scope(&self) -> &Scope {
        &self.scope
    }
}

scope_guards! {
    type Claims = Claims;
    scope Read = "files:read";
}

async fn list(_: Read) {}

async fn authenticate(State(tokens): State<Tokens<Claims>>, mut request: Request, next: Next) -> Response {
    let Some(claims) = tokens.of(&request) else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    request.extensions_mut().insert(claims);
    next.run(request).await
}

pub fn router() -> Subject {
    let tokens = Tokens::new(|scopes| Claims { scope: scopes.join(" ").parse().expect("these are scopes") });
    let router = Router::new().route("/files", get(list)).layer(from_fn_with_state(tokens, authenticate));
    Subject::by_bearer("aliri_axum 0.5.0", bare::ROUTER, router)
}
