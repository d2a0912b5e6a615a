//! Handlers and routers that would mount something open, and refusals that would never end.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering::Relaxed},
};

use axum::{
    extract::Request,
    handler::Handler,
    middleware::{Next, from_fn, map_request},
    response::IntoResponse,
};
use http::StatusCode;
use scopegate::{
    Gate, Refused, Rejection, Router, StaticKeys, authenticated, routing::get, testing::TestVerifier,
    well_known,
};
use scopegate_tests::exchange::send;

use crate::gating::IntoGate;

#[authenticated]
async fn any_token() {}

/// A layer inside a handler's gate is the program's own; one that takes away what the guard needs has nothing run.
#[tokio::test]
async fn a_layer_that_takes_the_gate_away_opens_nothing() {
    let forget = map_request(async |mut request: Request| {
        request.extensions_mut().clear();
        request
    });
    let gate = || TestVerifier::new().token("any", "").gate("https://h.example").unwrap();
    let app = Router::new().route("/any", get(any_token.layer(forget.clone()))).protect(gate()).unwrap();
    for headers in [&[][..], &["authorization: Bearer any"]] {
        assert_eq!(send(&app, "GET /any", headers).await.status, StatusCode::INTERNAL_SERVER_ERROR);
    }
    // Layers of a method router and of a router stand before the gate, and cannot take it away.
    let routes = Router::new().route("/any", get(any_token).layer(forget.clone())).layer(forget);
    let app = routes.protect(gate()).unwrap();
    assert_eq!(send(&app, "GET /any", &[]).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(send(&app, "GET /any", &["authorization: Bearer any"]).await.status, StatusCode::OK);
}

/// A fallback of a nested router is guarded, where the program merges what `split` returned, too.
#[tokio::test]
async fn a_nested_fallback_is_guarded_wherever_it_is_mounted() {
    let nested = Router::new().route("/a", get(any_token)).fallback(any_token);
    let keys = StaticKeys::parse("sk_any=").unwrap();
    let (api, nothing) = Router::new().nest("/in", nested).split(Gate::static_keys("files", keys)).unwrap();
    let app: axum::Router = well_known([nothing]).unwrap().merge(api);
    for path in ["/in/a", "/in/b", "/in/b/c"] {
        assert_eq!(send(&app, &format!("GET {path}"), &[]).await.status, StatusCode::UNAUTHORIZED, "{path}");
        let answer = send(&app, &format!("GET {path}"), &["authorization: Bearer sk_any"]).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
    }
    // What clients look for below a route is 404 all the same, and not a guarded fallback's 401.
    let below = send(&app, "GET /in/a/.well-known/oauth-protected-resource", &[]).await;
    assert_eq!((below.status, below.json()["error"].as_str()), (StatusCode::NOT_FOUND, Some("not_found")));
}

/// The function once got the refusal itself, and one that answered with it called itself until the stack was full: one
/// request without a token ended the process. Now none can be made of what it gets, and one from elsewhere ends there.
#[tokio::test]
async fn a_body_that_is_a_refusal_again_does_not_recurse() {
    let earlier: Arc<Mutex<Option<Rejection>>> = Arc::default();
    let kept = earlier.clone();
    let keep = move |request: Request, next: Next| {
        let kept = kept.clone();
        async move {
            let answer = next.run(request).await;
            *kept.lock().unwrap() = answer.extensions().get().cloned();
            answer
        }
    };
    let write = move |refused: &Refused<'_>| {
        let rejection = earlier.lock().unwrap().clone();
        rejection.map_or_else(|| refused.default_body(), IntoResponse::into_response)
    };
    let gate = TestVerifier::new().gate("https://h.example").unwrap().body_with(write);
    let app = Router::new().route("/any", get(any_token)).protect(gate).unwrap().layer(from_fn(keep));
    for _ in 0..3 {
        let answer = send(&app, "GET /any", &[]).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert_eq!(answer.json()["error_description"], "This request needs an access token");
    }
}

/// Each refusal that the function made let the next one call it again, so that two of them had no end.
#[tokio::test]
async fn a_body_that_is_made_of_several_refusals_does_not_recurse() {
    let earlier: Arc<Mutex<Option<Rejection>>> = Arc::default();
    let kept = earlier.clone();
    let keep = move |request: Request, next: Next| {
        let kept = kept.clone();
        async move {
            let answer = next.run(request).await;
            *kept.lock().unwrap() = answer.extensions().get().cloned();
            answer
        }
    };
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = calls.clone();
    let write = move |refused: &Refused<'_>| {
        assert!(counted.fetch_add(1, Relaxed) < 10, "the function calls itself");
        let rejection = earlier.lock().unwrap().clone();
        let Some(rejection) = rejection else { return refused.default_body() };
        let _first = rejection.clone().into_response();
        rejection.into_response()
    };
    let gate = TestVerifier::new().gate("https://h.example").unwrap().body_with(write);
    let app = Router::new().route("/any", get(any_token)).protect(gate).unwrap().layer(from_fn(keep));
    for called in 1..=3 {
        assert_eq!(send(&app, "GET /any", &[]).await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(calls.load(Relaxed), called);
    }
}
