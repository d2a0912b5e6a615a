//! Judging allocates nothing, whatever is granted and however much is known; nor do the headers that the gate writes.

use std::{
    convert::Infallible,
    pin::pin,
    task::{Context, Poll, Waker},
};

use allocation_counter::measure;
use axum::{body::Body, extract::Request, response::Response};
use scopegate::{
    Demand, GrantedScopes, Hierarchy, Requirement, Scope, Wildcards,
    mcp::{McpTable, Operation},
    requirement,
    testing::TestVerifier,
};
use tower::{Layer, Service, service_fn};

const ADMIN: Scope = Scope::from_static("admin");
const WRITE: Scope = Scope::from_static("files:write");
const READ: Scope = Scope::from_static("files:read");
const ANY_TENANT: Scope = Scope::from_static("tenant:*");

#[track_caller]
fn check(hierarchy: &Hierarchy, granted: &str, scope: &str, expected: bool) {
    let granted = GrantedScopes::parse(granted);
    let mut covered = None;
    let allocations = measure(|| covered = Some(hierarchy.covers(&granted, scope)));
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
    let none = Hierarchy::default();
    check(&none, "files:write", "files:write", true);
    check(&none, "files:write", "files:read", false);

    let literal = Hierarchy::new([(WRITE, vec![READ]), (ADMIN, vec![WRITE, ANY_TENANT])]).unwrap();
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
    let hierarchy = Hierarchy::new([(WRITE, vec![READ]), (ADMIN, vec![WRITE])]).unwrap();
    let floor = [READ];
    for (granted, expected) in [
        ("api files:write", true),
        ("api admin", true),
        ("api files:read", false),
        ("admin", false),
        ("", false),
    ] {
        let granted = GrantedScopes::parse(granted);
        let mut met = None;
        let allocations = measure(|| {
            met = Some(Demand::new(&floor, REQUIREMENT).with_hierarchy(&hierarchy).is_met_by(&granted));
        });
        assert_eq!((met, allocations.count_total), (Some(expected), 0), "{granted:?}");
    }
}

/// Counts the allocations by which the layer before an MCP server judges a call with these headers, and hands it on.
fn allocations_of_a_call(headers: &[(&'static str, &'static str)]) -> u64 {
    const BODY: &str = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list"}}"#;
    let tokens = TestVerifier::new().token("read", "files:read");
    let table = McpTable::from_iter([Operation::tool("list", requirement!("files:read"))]);
    let layer = tokens.gate("https://example.com/mcp").unwrap().mcp_layer(table).unwrap();
    let mut service = layer
        .layer(service_fn(async |request: Request| Ok::<_, Infallible>(Response::new(request.into_body()))));
    let mut request = Request::post("/mcp").header("authorization", "Bearer read");
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
        "the layer's future, the verifier's, what is needed, and the extension of the request"
    );
}
