//! A program without a library: one middleware for the token, and one for the scope of a route.

use std::{collections::HashSet, sync::Arc};

use axum::{
    Extension, Router,
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header::WWW_AUTHENTICATE},
    middleware::{Next, from_fn, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::get,
};

use super::{Subject, Tokens, bare};

#[derive(Clone)]
struct Caller {
    scopes: Arc<HashSet<String>>,
}

async fn authenticate(State(tokens): State<Tokens<Caller>>, mut request: Request, next: Next) -> Response {
    let Some(caller) = tokens.of(&request) else {
        return refuse(
            StatusCode::UNAUTHORIZED,
            r#"Bearer scope="files:read", resource_metadata="https://files.example.com/.well-known/oauth-protected-resource""#,
        );
    };
    request.extensions_mut().insert(caller);
    next.run(request).await
}

async fn may_read(Extension(caller): Extension<Caller>, request: Request, next: Next) -> Response {
    if !caller.scopes.contains("files:read") {
        return refuse(
            StatusCode::FORBIDDEN,
            r#"Bearer error="insufficient_scope", scope="files:read", resource_metadata="https://files.example.com/.well-known/oauth-protected-resource""#,
        );
    }
    next.run(request).await
}

fn refuse(status: StatusCode, challenge: &'static str) -> Response {
    (status, [(WWW_AUTHENTICATE, HeaderValue::from_static(challenge))]).into_response()
}

async fn list() {}

pub fn router() -> Subject {
    let tokens = Tokens::new(|scopes| {
        let scopes: HashSet<String> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        Caller { scopes: Arc::new(scopes) }
    });
    let router = Router::new()
        .route("/files", get(list).layer(from_fn(may_read)))
        .layer(from_fn_with_state(tokens, authenticate));
    Subject::by_bearer("written by hand, two `from_fn`", bare::ROUTER, router)
}
