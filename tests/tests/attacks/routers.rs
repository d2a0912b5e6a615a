//! Handlers and routers that would mount something open, and refusals that would never end.

use std::sync::{Arc, Mutex};

use axum::{
    extract::Request,
    middleware::{Next, from_fn},
    response::IntoResponse,
};
use http::StatusCode;
use scopegate::{Refused, Rejection, Router, authenticated, routing::get, testing::TestVerifier};
use scopegate_tests::exchange::send;

#[authenticated]
async fn any_token() {}

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
