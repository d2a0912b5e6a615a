//! Ways around gates, templates and wildcards.

use std::time::Duration;

use axum::{
    extract::{Request, State},
    handler::Handler,
    http::{HeaderValue, Method, StatusCode, header::AUTHORIZATION},
    middleware::{Next, from_fn},
    response::Response,
};
use scopegate::{
    CredentialSource, Gate, Issuers, Presented, Refused, Resource, Router, Scope, ScopeTable, Token,
    TokenVerifier, VerifyError, Wildcards, authenticated, public, requires_scope, routing::get,
    testing::TestVerifier,
};
use scopegate_tests::{
    exchange::send,
    issuer::{Issuer, Key},
};
use serde_json::json;
use tower::ServiceExt;

use crate::{
    gating::IntoGate,
    verifying::{VerifyText, is_invalid},
};

#[requires_scope("tenant:{tenant}")]
async fn tenant() {}

#[requires_scope("files:write")]
async fn write() {}

#[authenticated]
async fn any_token() {}

#[requires_scope("offline_access:{x}", "a:{x}")]
async fn harmless() {}

const COOKIE: &str = "cookie: sid=strong";

const STRONG: &str = "authorization: Bearer strong";

fn verifier() -> TestVerifier {
    TestVerifier::new()
        .token("weak", "files:read")
        .token("strong", "files:write")
        .token("dots", "tenant:acme.*")
}

fn gate() -> Gate {
    verifier().gate("https://h.example").unwrap()
}

#[tokio::test]
async fn a_wildcard_ends_at_no_character_of_a_value() {
    let gate = gate().wildcards(Wildcards::PrefixedAndBare);
    let app = Router::new().route("/t/{tenant}", get(tenant)).protect(gate).unwrap();
    assert_eq!(send(&app, "GET /t/acme.evil", &["authorization: Bearer dots"]).await.status, 403);
}

async fn weaken(mut request: Request, next: Next) -> Response {
    request.headers_mut().insert(AUTHORIZATION, HeaderValue::from_static("Bearer weak"));
    next.run(request).await
}

async fn strip(mut request: Request, next: Next) -> Response {
    request.headers_mut().remove(AUTHORIZATION);
    next.run(request).await
}

async fn from_cookie(mut request: Request, next: Next) -> Response {
    request.headers_mut().insert(AUTHORIZATION, HeaderValue::from_static("Bearer strong"));
    next.run(request).await
}

#[tokio::test]
async fn an_early_verification_is_of_the_credentials_that_it_saw() {
    let app = || Router::new().route("/", get(write)).protect(gate()).unwrap();
    let gate = gate();
    let early = || gate.authenticate();
    let protected = || Router::new().route("/", get(write)).protect(gate.clone()).unwrap();
    let weakened = protected().layer(from_fn(weaken)).layer(early());
    assert_eq!(send(&weakened, "GET /", &[STRONG]).await.status, 403);
    let stripped = protected().layer(from_fn(strip)).layer(early());
    assert_eq!(send(&stripped, "GET /", &[STRONG]).await.status, 401);
    let given = protected().layer(from_fn(from_cookie)).layer(early());
    assert_eq!(send(&given, "GET /", &[]).await.status, 200);
    assert_eq!(send(&app(), "GET /", &[STRONG]).await.status, 200);
}

#[tokio::test]
async fn the_layer_of_another_gate_inside_a_handler_replaces_nothing() {
    let other = TestVerifier::new().token("foreign", "files:write").gate("https://other.example").unwrap();
    let layer = other.layer(ScopeTable::default()).unwrap();
    let app = Router::new().route("/", get(write.layer(layer))).protect(gate()).unwrap();
    assert_eq!(send(&app, "GET /", &["authorization: Bearer foreign"]).await.status, 401);
    assert_eq!(send(&app, "GET /", &[STRONG]).await.status, 401, "both gates stand there");
}

#[tokio::test]
async fn a_verifier_that_waits_for_ever_is_no_panic() {
    struct Never;
    impl TokenVerifier for Never {
        async fn verify(&self, _: &Presented<'_>) -> Result<Token, VerifyError> {
            Err(VerifyError::unavailable(Duration::MAX, "never"))
        }
    }
    let resource =
        Resource::new("https://h.example").unwrap().authorization_server("https://auth.example").unwrap();
    let app = Router::new().route("/", get(any_token)).protect(Gate::new(resource, Never)).unwrap();
    let answer = send(&app, "GET /", &[STRONG]).await;
    assert_eq!((answer.status.as_u16(), answer.header("retry-after")), (503, "18446744073709551615"));
}

#[tokio::test]
async fn a_filled_in_template_is_still_a_scope() {
    let app = Router::new().route("/o/{x}", get(harmless)).protect(gate()).unwrap();
    let answer = send(&app, "GET /o/a", &[]).await;
    assert!(answer.challenge().contains(r#"scope="offline_access:a a:a""#), "{}", answer.challenge());
}

#[tokio::test]
async fn a_fallback_has_no_parameter_of_its_own() {
    #[requires_scope("x:{fallback}")]
    async fn fallback() {}

    let error = Router::<()>::new().fallback(fallback).protect(gate()).unwrap_err();
    assert!(error.problems()[0].ends_with("but its path `/*` has no `{fallback}`"), "{error}");
}

#[tokio::test]
async fn tokens_of_open_id_are_no_access_tokens() {
    let (key, api) = (Key::shared(), "https://files.example.com");
    let issuer = Issuer::publishing(&[key]).await;
    let verifier = Issuers::new([scopegate::Issuer::new(issuer.id()).audience(api).audience("client")]);
    let with = |name: &str, value: serde_json::Value| {
        let mut claims = issuer.claims("client", "files:read");
        claims[name] = value;
        claims
    };
    assert!(verifier.verify_text(&key.mint(&issuer.claims("client", "files:read"))).await.is_ok());
    for (name, value) in [
        ("nonce", json!("n")),
        ("at_hash", json!("h")),
        ("c_hash", json!("h")),
        ("events", json!({ "http://schemas.openid.net/event/backchannel-logout": {} })),
    ] {
        let header = json!({ "alg": key.algorithm(), "typ": "JWT" });
        let outcome = verifier.verify_text(&key.mint_with(&header, &with(name, value))).await;
        assert!(outcome.as_ref().is_err_and(is_invalid), "{name}: {outcome:?}");
    }
}

async fn method_of_header(mut request: Request, next: Next) -> Response {
    if request.headers().contains_key("x-http-method-override") {
        *request.method_mut() = Method::DELETE;
    }
    next.run(request).await
}

async fn from_own_page(mut request: Request, next: Next) -> Response {
    request.headers_mut().remove("sec-fetch-site");
    next.run(request).await
}

/// Whether a cookie counts depends on the method and the origin, which a middleware may change.
#[tokio::test]
async fn an_early_verification_of_a_cookie_is_of_the_method_and_the_page_that_it_saw() {
    let gate = gate().credentials([CredentialSource::cookie("sid")]);
    let routes = || Router::new().route("/", get(write).delete(write)).protect(gate.clone()).unwrap();
    // The layer is on an outer axum router, because a layer of the router itself runs after the method was matched.
    let outside = axum::Router::new().fallback_service(routes());
    let app = outside.layer(from_fn(method_of_header)).layer(gate.authenticate());
    assert_eq!(send(&app, "DELETE /", &[COOKIE]).await.status, 401);
    assert_eq!(send(&app, "GET /", &[COOKIE]).await.status, 200);
    for extra in [&[][..], &["sec-fetch-site: none"]] {
        let headers = [&[COOKIE, "x-http-method-override: DELETE"], extra].concat();
        assert_eq!(send(&app, "GET /", &headers).await.status, 401, "{extra:?}");
    }
    let app = axum::Router::new().fallback_service(routes());
    let app = app.layer(from_fn(from_own_page)).layer(gate.authenticate());
    let own = [COOKIE, "sec-fetch-site: same-origin"];
    assert_eq!(send(&app, "DELETE /", &own).await.status, 401, "the header no longer says same-origin");
}

/// Each gate reads only its own credential sources. A token that an outer gate read does not count for the inner gate.
#[tokio::test]
async fn the_function_of_a_gate_inside_sees_no_token_of_one_outside() {
    let show = |refused: &Refused<'_>| format!("{:?}", refused.headers().get("x-token"));
    let outside = gate().credentials([CredentialSource::header("x-token")]);
    let inside = Router::new().route("/", get(write)).protect(gate().body_with(show)).unwrap();
    let layered = inside.clone().layer(outside.layer(ScopeTable::default()).unwrap());
    let early = inside.layer(outside.authenticate());
    for app in [layered, early] {
        let answer = send(&app, "GET /", &["x-token: strong"]).await;
        assert_eq!((answer.status, answer.body.as_str()), (StatusCode::UNAUTHORIZED, "None"));
    }
}

#[public]
async fn forward(State(inside): State<axum::Router>, request: Request) -> Response {
    let Ok(answer) = inside.oneshot(request).await;
    answer
}

/// A public handler or service no longer waits for a gate, so a router inside uses the gate of its own layer.
#[tokio::test]
async fn behind_a_public_handler_the_gate_of_the_layer_inside_decides() {
    let (read, written) = (Scope::from_static("files:read"), Scope::from_static("files:write"));
    let gate = gate();
    let lax = || gate.clone().implies([(read, [written])]);
    let inside = axum::Router::new()
        .route("/", axum::routing::get(write))
        .layer(gate.layer(ScopeTable::default()).unwrap());
    assert_eq!(send(&inside, "GET /", &["authorization: Bearer weak"]).await.status, 403);
    let service = Router::new().route_service("/", scopegate::public(inside.clone())).protect(lax()).unwrap();
    let handler = Router::new().route("/", get(forward)).with_state(inside).protect(lax()).unwrap();
    for app in [service, handler] {
        assert_eq!(send(&app, "GET /", &["authorization: Bearer weak"]).await.status, 403);
        assert_eq!(send(&app, "GET /", &[STRONG]).await.status, 200);
    }
}
