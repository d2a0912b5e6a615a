//! Two programs without a library. The first has a middleware for the token, and another for the scope of a route. The
//! second has a guard that looks nothing up.

use std::{collections::HashSet, sync::Arc};

use axum::{
    Extension, Router,
    extract::{FromRequestParts, Request, State},
    http::{
        HeaderValue, StatusCode,
        header::{AUTHORIZATION, WWW_AUTHENTICATE},
        request::Parts,
    },
    middleware::{Next, from_fn, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::get,
};

use super::{READER, Subject, Tokens, WRITER, bare};

#[derive(Clone)]
struct Caller {
    scopes: Arc<HashSet<String>>,
}

async fn authenticate(State(tokens): State<Tokens<Caller>>, mut request: Request, next: Next) -> Response {
    let Some(caller) = tokens.of(&request) else { return unauthorized() };
    request.extensions_mut().insert(caller);
    next.run(request).await
}

async fn may_read(Extension(caller): Extension<Caller>, request: Request, next: Next) -> Response {
    if !caller.scopes.contains("files:read") {
        return forbidden();
    }
    next.run(request).await
}

fn unauthorized() -> Response {
    refuse(
        StatusCode::UNAUTHORIZED,
        r#"Bearer scope="files:read", resource_metadata="https://files.example.com/.well-known/oauth-protected-resource""#,
    )
}

fn forbidden() -> Response {
    refuse(
        StatusCode::FORBIDDEN,
        r#"Bearer error="insufficient_scope", scope="files:read", resource_metadata="https://files.example.com/.well-known/oauth-protected-resource""#,
    )
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

/// Compares the token with two known tokens. No check can cost less.
struct Reader;

impl<S: Sync> FromRequestParts<S> for Reader {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Response> {
        let header = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        match header.and_then(|header| header.strip_prefix("Bearer ")) {
            Some(READER) => Ok(Self),
            Some(WRITER) => Err(forbidden()),
            _ => Err(unauthorized()),
        }
    }
}

async fn list_for_reader(_: Reader) {}

pub fn guard() -> Subject {
    let router = Router::new().route("/files", get(list_for_reader));
    Subject::by_bearer("written by hand, a guard that looks nothing up", bare::ROUTER, router)
}
