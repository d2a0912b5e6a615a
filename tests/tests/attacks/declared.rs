//! Handlers declared with `guarded(..)`, where a second declaration or a layer could open them.

use axum::{extract::Request, handler::Handler, middleware::map_request, routing as plain};
use http::StatusCode;
use scopegate::{
    Gate, Router, authenticated, guarded, public, requirement, requires_scope, routing::get,
    testing::TestVerifier,
};
use scopegate_tests::exchange::send;
use tower::ServiceExt;

use crate::gating::IntoGate;

#[requires_scope("files:write")]
async fn write() {}

fn gate() -> Gate {
    let verifier = TestVerifier::new().token("none", "").token("writer", "files:write");
    verifier.gate("https://h.example").unwrap()
}

#[track_caller]
fn bearer(token: &str) -> Vec<String> {
    if token.is_empty() { Vec::new() } else { vec![format!("authorization: Bearer {token}")] }
}

async fn status(app: &axum::Router, token: &str) -> StatusCode {
    let headers = bearer(token);
    send(app, "GET /", &headers.iter().map(String::as_str).collect::<Vec<_>>()).await.status
}

/// The program and the table say `public`; the attribute on the handler inside is still enforced.
#[tokio::test]
async fn what_is_annotated_inside_of_a_public_router_is_enforced() {
    for inside in [public(plain::get(write)), authenticated(plain::get(write))] {
        let app: axum::Router = Router::new().route("/", get(inside)).protect(gate()).unwrap();
        assert_eq!(status(&app, "").await, StatusCode::UNAUTHORIZED);
        assert_eq!(status(&app, "none").await, StatusCode::FORBIDDEN);
        assert_eq!(status(&app, "writer").await, StatusCode::OK);
    }
}

/// A handler that passes its request on to a guarded handler does not open it.
#[tokio::test]
async fn a_request_that_is_passed_on_is_judged_again() {
    let inner: axum::Router =
        axum::Router::new().route("/", plain::get(guarded(requirement!("files:write"), async || {})));
    let pass = move |request: Request| inner.clone().oneshot(request);
    for outer in [public(pass.clone()), authenticated(pass)] {
        let app: axum::Router = Router::new().route("/", get(outer)).protect(gate()).unwrap();
        assert_eq!(status(&app, "").await, StatusCode::UNAUTHORIZED);
        assert_eq!(status(&app, "none").await, StatusCode::FORBIDDEN);
        assert_eq!(status(&app, "writer").await, StatusCode::OK);
    }
}

/// If a layer between a gate and a guarded closure removes the gate, the closure does not run.
#[tokio::test]
async fn a_layer_that_takes_the_gate_away_opens_no_closure() {
    let forget = map_request(async |mut request: Request| {
        request.extensions_mut().clear();
        request
    });
    let closure = guarded(requirement!("files:write"), async || {});
    let app: axum::Router = axum::Router::new().route("/", plain::get(closure.clone().layer(forget.clone())));
    let app = app.layer(gate().layer(closure.table()).unwrap());
    for token in ["writer", "none"] {
        assert_eq!(status(&app, token).await, StatusCode::INTERNAL_SERVER_ERROR, "{token}");
    }
    // This layer is inside, so it runs after the guard.
    let inside = guarded(requirement!("files:write"), (async || {}).layer(forget));
    let app: axum::Router = Router::new().route("/", get(inside)).protect(gate()).unwrap();
    assert_eq!(status(&app, "none").await, StatusCode::FORBIDDEN);
    assert_eq!(status(&app, "writer").await, StatusCode::OK);
}
