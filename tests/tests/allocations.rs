//! The decision allocates nothing, for any granted scopes and any size of vocabulary. The headers that the gate writes
//! allocate nothing either. A refusal copies the request's headers only for a function that writes bodies.

mod gating;

use std::{
    convert::Infallible,
    pin::pin,
    task::{Context, Poll, Waker},
};

use allocation_counter::measure;
use axum::{body::Body, extract::Request, http::HeaderValue, response::Response};
use scopegate::{
    Decision, Gate, GrantedScopes, Policy, Requirement, Router, Scope, ScopeTable, Wildcards,
    mcp::{McpTable, Operation},
    requirement, requires_scope,
    routing::get,
    scope_table,
    testing::TestVerifier,
};
use tower::{Layer, Service, ServiceExt, service_fn, util::MapFutureLayer};

use gating::IntoGate;

const ADMIN: Scope = Scope::from_static("admin");
const WRITE: Scope = Scope::from_static("files:write");
const READ: Scope = Scope::from_static("files:read");
const ANY_TENANT: Scope = Scope::from_static("tenant:*");

#[track_caller]
fn check(policy: &Policy, granted: &str, scope: &str, expected: bool) {
    let granted = GrantedScopes::parse(granted);
    let mut covered = None;
    let allocations = measure(|| covered = Some(policy.covers(&granted, scope)));
    assert_eq!(covered, Some(expected), "{scope} by {granted:?}");
    assert_eq!(allocations.count_total, 0, "{scope} by {granted:?}");
}

#[test]
fn the_counter_counts() {
    assert_eq!(measure(|| drop(GrantedScopes::parse(""))).count_total, 0);
    assert!(measure(|| drop(GrantedScopes::parse("a"))).count_total > 0);
}

#[test]
fn judging_allocates_nothing() {
    let none = Policy::new();
    check(&none, "files:write", "files:write", true);
    check(&none, "files:write", "files:read", false);

    let literal = Policy::new().implies([(WRITE, vec![READ]), (ADMIN, vec![WRITE, ANY_TENANT])]);
    assert_eq!(literal.check(&ScopeTable::default()), Ok(()));
    check(&literal, "admin", "files:read", true);
    check(&literal, "files:read", "files:write", false);
    check(&literal, "admin", "tenant:acme:read", false);

    let wild = literal.wildcards(Wildcards::PrefixedAndBare);
    check(&wild, "admin", "files:read", true);
    check(&wild, "admin", "tenant:acme:read", true);
    check(&wild, "files:*", "files:read", true);
    check(&wild, "*", "anything", true);
    check(&wild, "tenant:acme:* other:* files", "tenant:globex:read", false);
    check(&wild, "", "files:read", false);
}

#[test]
fn judging_a_whole_demand_allocates_nothing() {
    const REQUIREMENT: Requirement = requirement!("api", any(all("files:read", "files:write"), "admin"));
    let policy = Policy::new().implies([(WRITE, vec![READ]), (ADMIN, vec![WRITE])]).floor([READ]);
    assert_eq!(policy.check(&ScopeTable::default()), Ok(()));
    for (granted, expected) in [
        ("api files:write", true),
        ("api admin", true),
        ("api files:read", false),
        ("admin", false),
        ("", false),
    ] {
        let granted = GrantedScopes::parse(granted);
        let mut met = None;
        let allocations = measure(|| met = Some(policy.permits(&granted, &REQUIREMENT)));
        assert_eq!((met, allocations.count_total), (Some(expected), 0), "{granted:?}");
    }
}

/// Counts the allocations of the layer before an MCP server while it judges a call with these headers and passes it on.
fn allocations_of_a_call(headers: &[(&'static str, &'static str)]) -> u64 {
    const BODY: &str = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list"}}"#;
    let tokens = TestVerifier::new().token("read", "files:read");
    let table = McpTable::from_iter([Operation::tool("list", requirement!("files:read"))]);
    let layer = tokens.gate("https://example.com/mcp").unwrap().mcp_layer(table).unwrap();
    let mut service = layer
        .layer(service_fn(async |request: Request| Ok::<_, Infallible>(Response::new(request.into_body()))));
    let mut request = Request::post("/mcp").header("authorization", HeaderValue::from_static("Bearer read"));
    request = request.header("content-length", BODY.len());
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::from(BODY)).unwrap();
    let mut status = None;
    let allocations = measure(|| {
        let answer = pin!(service.call(request)).poll(&mut Context::from_waker(Waker::noop()));
        let Poll::Ready(Ok(answer)) = answer else { return };
        status = Some(answer.status().as_u16());
    });
    assert_eq!(status, Some(200));
    allocations.count_total
}

#[test]
fn headers_that_the_gate_writes_allocate_nothing() {
    let least = allocations_of_a_call(&[("content-type", "application/json")]);
    let more = allocations_of_a_call(&[
        ("content-type", "Application/JSON; charset=\"UTF-8\""),
        ("content-encoding", "identity"),
        ("connection", "keep-alive, upgrade, te"),
        ("upgrade", "h2c"),
        ("te", "trailers"),
        ("expect", "100-continue"),
    ]);
    assert_eq!(least, more);
    assert_eq!(
        least, 5,
        "the layer's future, the body, and the extension of the request with its map, which takes two"
    );
}

#[requires_scope("files:read")]
async fn read() {}

#[requires_scope("files:write")]
async fn write() {}

/// Counts the allocations of a refusal, for a request with some headers.
fn of_a_refusal(gate: Gate, token: &str, headers: usize) -> u64 {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let app = Router::new().route("/read", get(read)).protect(gate).unwrap();
    let request = || {
        let request = Request::get("/read").header("authorization", format!("Bearer {token}"));
        let request = (0..headers).fold(request, |request, at| request.header(format!("x-{at}"), "value"));
        request.body(Body::empty()).unwrap()
    };
    let answer = |request| runtime.block_on(app.clone().oneshot(request)).unwrap();
    // axum allocates at its first request, which is not counted.
    assert!(answer(request()).status().is_client_error());
    let request = request();
    measure(|| drop(answer(request))).count_total
}

#[test]
fn only_a_function_for_bodies_has_the_headers_of_a_refused_request_kept() {
    let gate = || TestVerifier::new().token("none", "").gate("https://h.example").unwrap();
    for token in ["none", "unknown"] {
        let few = of_a_refusal(gate(), token, 1);
        assert_eq!(of_a_refusal(gate(), token, 40), few);
        let with_function = || gate().body_with(|_| "refused");
        assert!(of_a_refusal(with_function(), token, 40) > of_a_refusal(with_function(), token, 1));
    }
}

/// Counts the allocations of a request, with a token or without one.
fn of_a_request(app: &axum::Router, token: Option<&str>, expected: u16) -> u64 {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let request = || {
        let request = Request::get("/read");
        let request = match token {
            Some(token) => request.header("authorization", format!("Bearer {token}")),
            None => request,
        };
        request.body(Body::empty()).unwrap()
    };
    let answer = |request| runtime.block_on(app.clone().oneshot(request)).unwrap();
    assert_eq!(answer(request()).status().as_u16(), expected);
    let request = request();
    measure(|| drop(answer(request))).count_total
}

#[test]
fn routes_in_a_table_take_no_allocation() {
    let app = |table: ScopeTable| {
        let tokens = TestVerifier::new().token("read", "files:read").token("none", "");
        let layer = tokens.gate("https://h.example").unwrap().layer(table).unwrap();
        axum::Router::new().route("/read", axum::routing::get(read)).layer(layer)
    };
    let open = axum::Router::new()
        .route("/read", axum::routing::get(async || ()))
        .layer(MapFutureLayer::new(Box::pin));
    let without = app(scope_table![read]);
    let with = app(scope_table![GET "/read" => read, "/other" => write]);
    let unlisted = app(scope_table!["/other" => write, read]);
    for (token, status) in [(Some("read"), 200), (Some("none"), 403), (None, 401), (Some("wrong"), 401)] {
        let expected = of_a_request(&without, token, status);
        assert_eq!(of_a_request(&with, token, status), expected, "{token:?}");
        assert_eq!(of_a_request(&unlisted, token, status), expected, "{token:?}");
    }
    let of_layer = of_a_request(&without, Some("read"), 200) - of_a_request(&open, None, 200);
    assert_eq!(of_layer, 3, "as many as for a layer without routes");
}

#[test]
fn without_an_observer_nothing_is_taken_for_one() {
    let gate = || {
        let tokens = TestVerifier::new().token("read", "files:read").token("none", "");
        tokens.gate("https://h.example").unwrap()
    };
    let app = |gate: Gate| Router::new().route("/read", get(read)).protect(gate).unwrap();
    let open = axum::Router::new().route("/read", axum::routing::get(async || ()));
    let (without, idle) = (app(gate()), app(gate().observe(|_: &Decision<'_>| ())));
    let of_axum = of_a_request(&open, None, 200);
    for (token, status, expected) in
        [(Some("read"), 200, 3), (Some("none"), 403, 8), (None, 401, 8), (Some("wrong"), 401, 10)]
    {
        let own = of_a_request(&without, token, status) - of_axum;
        assert_eq!(own, expected, "{token:?}, as many as without an observer");
        // An observer that reads nothing costs one allocation for the list of rows, and one for the hash of a valid
        // token.
        let is_valid = u64::from(matches!(token, Some("read" | "none")));
        assert_eq!(of_a_request(&idle, token, status) - of_axum, own + 1 + is_valid, "{token:?}");
    }
}
