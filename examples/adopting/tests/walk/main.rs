//! Sends the requests of the plain program to the program after each step. With a sufficient token, the answer must be
//! the same as without scopegate. Without such a token, the answer must be the exact 401 or 403.

mod client;
mod routes;
mod table;

use axum::http::{HeaderMap, HeaderName, header};
use client::Served;
use routes::{ATTRIBUTES, LAYER, ROUTER, ROUTES, Route};
use scopegate::{Gate, ScopeTable, testing::TestVerifier};
use scopegate_tests::exchange::Answer;

const METADATA: &str =
    r#"resource_metadata="https://documents.example.com/.well-known/oauth-protected-resource""#;
const LACKS: &str = r#"error_description="The access token lacks a scope that this request needs""#;
const INVALID: &str = r#"error_description="The access token is not valid for this resource""#;

/// Every scope that the program knows.
const SCOPES: [&str; 6] =
    ["documents", "documents:read", "documents:write", "documents:admin", "comments:read", "comments:write"];

#[tokio::test]
async fn the_layer_changes_no_answer() {
    let layer = testing(layer::gate::gate(ISSUER)).layer(ScopeTable::default()).unwrap();
    walk(LAYER, layer::app(<_>::default(), &layer)).await;
}

#[tokio::test]
async fn the_attributes_change_no_answer() {
    let layer = testing(attributes::gate::gate(ISSUER)).layer(attributes::TABLE).unwrap();
    let app = attributes::app(<_>::default(), &layer);
    layer.check(&app).unwrap();
    walk(ATTRIBUTES, app).await;
}

#[tokio::test]
async fn the_router_changes_no_answer() {
    walk(ROUTER, router::app(<_>::default()).protect(testing(router::gate::gate(ISSUER))).unwrap()).await;
}

const ISSUER: &str = "https://auth.example.com";

/// The program's own gate, with a verifier for this test's tokens.
fn testing(gate: Result<Gate, scopegate::InvalidResource>) -> Gate {
    let needs = ROUTES.iter().flat_map(|route| route.needs).flatten();
    let verifier = needs.fold(TestVerifier::new(), |verifier, scopes| {
        verifier.token(&exactly(scopes), scopes).token(&all_but_last(scopes), &others(scopes))
    });
    gate.unwrap().verified_by(verifier)
}

/// Names a token that grants only these scopes.
fn exactly(scopes: &str) -> String {
    scopes.replace(':', ".").replace(' ', "+")
}

/// Names a token that grants everything except for the last of these scopes.
fn all_but_last(scopes: &str) -> String {
    format!("not+{}", exactly(scopes))
}

fn others(scopes: &str) -> String {
    let last = scopes.split(' ').next_back();
    SCOPES.into_iter().filter(|scope| Some(*scope) != last).collect::<Vec<_>>().join(" ")
}

async fn walk(step: usize, app: axum::Router) {
    let before = Served::start(before::app(<_>::default())).await;
    let after = Served::start(app).await;
    for route in ROUTES {
        let token = route.needs[step].map(exactly);
        if let Some(scopes) = route.needs[step] {
            refuses(&after, route, route.asked(step), scopes).await;
        }
        let (plain, guarded) = (before.send(route, None).await, after.send(route, token.as_deref()).await);
        assert_same(route, &plain, &guarded);
    }
}

/// Checks the answers without a token, with an invalid token, and with a token that lacks one of `scopes`.
async fn refuses(program: &Served, route: &Route, asked: &str, scopes: &str) {
    let insufficient = all_but_last(scopes);
    let [asked, scopes] = [asked, scopes].map(|scopes| format!("scope=\"{scopes}\", {METADATA}"));
    for (token, status, challenge) in [
        (None, 401, format!("Bearer {asked}")),
        (Some("wrong"), 401, format!("Bearer error=\"invalid_token\", {asked}, {INVALID}")),
        (Some(&*insufficient), 403, format!("Bearer error=\"insufficient_scope\", {scopes}, {LACKS}")),
    ] {
        let answer = program.send(route, token).await;
        let context = format!("{} with {token:?}", route.request);
        assert_eq!((answer.status.as_u16(), answer.challenge()), (status, &*challenge), "{context}");
        assert_eq!(answer.header("cache-control"), "no-store", "{context}");
        // Middleware outside the gate sees refusals, too.
        assert_eq!(answer.header("x-request-id"), "42", "{context}");
        assert_eq!(answer.header("access-control-allow-origin"), "https://app.example.com", "{context}");
    }
}

#[track_caller]
fn assert_same(route: &Route, plain: &Answer, guarded: &Answer) {
    let request = route.request;
    assert_eq!(guarded.status, plain.status, "{request}");
    assert_eq!(headers(guarded), headers(plain), "{request}");
    assert_eq!(guarded.body, plain.body, "{request}");
}

/// The headers of an answer, without those that differ in each answer and those that CORS adds.
fn headers(answer: &Answer) -> HeaderMap {
    let differing = [
        header::DATE,
        // Each program has its own copy of the files, with its own times.
        header::ETAG,
        header::LAST_MODIFIED,
        header::SEC_WEBSOCKET_ACCEPT,
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        header::ACCESS_CONTROL_EXPOSE_HEADERS,
    ];
    let mut headers = answer.headers.clone();
    for name in differing {
        headers.remove::<HeaderName>(name);
    }
    headers
}
