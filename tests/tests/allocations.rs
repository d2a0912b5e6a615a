//! Judging allocates nothing, whatever is granted and however much is known; a refusal takes no copy that nobody reads.

use allocation_counter::measure;
use axum::body::Body;
use http::Request;
use scopegate::{
    Demand, Gate, GrantedScopes, Hierarchy, Requirement, Router, Scope, Wildcards, requirement,
    requires_scope, routing::get, testing::TestVerifier,
};
use tower::ServiceExt;

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

#[requires_scope("files:read")]
async fn read() {}

/// Counts what a refusal takes, of a request with some headers.
fn of_a_refusal(gate: Gate, token: &str, headers: usize) -> u64 {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let app = Router::new().route("/read", get(read)).protect(gate).unwrap();
    let request = || {
        let request = Request::get("/read").header("authorization", format!("Bearer {token}"));
        let request = (0..headers).fold(request, |request, at| request.header(format!("x-{at}"), "value"));
        request.body(Body::empty()).unwrap()
    };
    let answer = |request| runtime.block_on(app.clone().oneshot(request)).unwrap();
    // What axum prepares for its first request does not count.
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
