//! A requirement of a group of routes, in the table, the lock, challenges, `OpenAPI` and handlers' own demands.

mod gating;

use std::convert::Infallible;

use axum::{extract::Request, response::Response};
use gating::IntoGate;
use http::StatusCode;
use scopegate::{
    Access, Gate, Policy, Rejection, Requirement, Router, Scope, authenticated,
    export::{Lock, OAuth},
    guarded, public, requirement, requires_scope,
    routing::{get, get_service, post},
    testing::TestVerifier,
};
use scopegate_tests::exchange::send;
use serde_json::json;
use tower::service_fn;
use utoipa::OpenApi;

#[utoipa::path(get, path = "/t/{tenant}/docs", responses((status = 200)))]
#[requires_scope("docs:read")]
async fn list() {}

#[requires_scope(any("docs:write", all("docs:read", "docs:edit")))]
async fn edit() {}

#[authenticated]
async fn members() {}

#[public]
async fn health() {}

#[requires_scope("docs:read", also("docs:share", "docs:print"))]
async fn share(access: Access) -> Result<(), Rejection> {
    access.require("docs:share")
}

#[requires_scope("docs:read")]
async fn joined(access: Access) -> Result<(), Rejection> {
    demand_membership(&access)
}

/// Demands the group's scope outside of the handler, because the handler's attribute does not know the group.
fn demand_membership(access: &Access) -> Result<(), Rejection> {
    access.require("tenant:{tenant}:member")
}

async fn answer(_: Request) -> Result<Response, Infallible> {
    Ok(Response::default())
}

const MEMBER: Requirement = requirement!("tenant:{tenant}:member");

/// Two groups, one in the other, and a route outside of both.
fn routes() -> Router {
    let tenant = Router::new()
        .route("/docs", get(list).put(edit).fallback(members))
        .route("/members", get(members))
        .route_service("/export", guarded(requirement!("docs:export"), service_fn(answer)))
        .route("/share", post(share))
        .route("/joined", post(joined))
        .fallback(members)
        .requiring(MEMBER);
    let billing = Router::new().route("/bills", get(members)).requiring(requirement!("billing"));
    Router::new()
        .nest(
            "/t/{tenant}",
            tenant.nest("/billing", billing.requiring(requirement!(any("owner", "auditor")))),
        )
        .route("/health", get(health))
}

fn gate() -> Gate {
    let tokens = TestVerifier::new()
        .token("reader", "api docs:read")
        .token("member", "api tenant:acme:member")
        .token("both", "api docs:read tenant:acme:member")
        .token("editor", "api docs:read docs:edit tenant:acme:member")
        .token("exporter", "api docs:export")
        .token("bills", "api billing auditor")
        .token("without-floor", "docs:read tenant:acme:member");
    tokens.gate("https://h.example").unwrap().floor([Scope::from_static("api")])
}

#[test]
fn the_table_and_the_lock_have_it_at_each_route() {
    let table = "\
GET   /t/{tenant}/docs           tenant:{tenant}:member docs:read
PUT   /t/{tenant}/docs           tenant:{tenant}:member docs:write | tenant:{tenant}:member docs:read docs:edit
*     /t/{tenant}/docs           tenant:{tenant}:member
GET   /t/{tenant}/members        tenant:{tenant}:member
*     /t/{tenant}/export         tenant:{tenant}:member docs:export
POST  /t/{tenant}/share          tenant:{tenant}:member docs:read also docs:share docs:print
POST  /t/{tenant}/joined         tenant:{tenant}:member docs:read
*     /t/{tenant}/*              tenant:{tenant}:member
GET   /t/{tenant}/billing/bills  owner billing | auditor billing
GET   /health                    public
";
    assert_eq!(routes().table().to_string(), table);
    let lock = Lock::of(&Policy::new(), &routes().table()).to_string();
    for line in [
        "GET /t/{tenant}/docs tenant:{tenant}:member docs:read by requiring::list",
        "GET /t/{tenant}/billing/bills owner billing | auditor billing by requiring::members",
        "POST /t/{tenant}/share tenant:{tenant}:member docs:read also docs:share docs:print by requiring::share",
    ] {
        assert!(lock.lines().any(|own| own == line), "{line:?} is not in\n{lock}");
    }
}

#[test]
fn without_the_group_the_lock_is_weaker() {
    let with = Router::<()>::new().route("/a", get(list)).requiring(requirement!("group")).table();
    let without = Router::<()>::new().route("/a", get(list)).table();
    let [with, without] = [with, without].map(|table| Lock::of(&Policy::new(), &table));
    assert!(without.changes_since(&with).iter().any(|change| change.direction().opens()));
    assert!(!with.changes_since(&without).iter().any(|change| change.direction().opens()));
}

#[tokio::test]
async fn both_are_needed_and_one_challenge_names_both() {
    const INSUFFICIENT: &str = r#"error="insufficient_scope", "#;
    let app = routes().protect(gate()).unwrap();
    let docs = r#"scope="api tenant:acme:member docs:read""#;
    for (request, token, status, expected) in [
        ("GET /t/acme/docs", "", 401, format!("Bearer {docs}, ")),
        ("GET /t/acme/docs", "reader", 403, format!("Bearer {INSUFFICIENT}{docs}, ")),
        ("GET /t/acme/docs", "member", 403, format!("Bearer {INSUFFICIENT}{docs}, ")),
        ("GET /t/acme/docs", "without-floor", 403, format!("Bearer {INSUFFICIENT}{docs}, ")),
        ("GET /t/acme/docs", "both", 200, String::new()),
        ("HEAD /t/acme/docs", "both", 200, String::new()),
        (
            "GET /t/other/docs",
            "both",
            403,
            format!("Bearer {INSUFFICIENT}scope=\"api tenant:other:member docs:read\", "),
        ),
        ("GET /t/a%20b/docs", "both", 400, String::new()),
        (
            "PUT /t/acme/docs",
            "both",
            403,
            format!("Bearer {INSUFFICIENT}scope=\"api tenant:acme:member docs:write\", "),
        ),
        ("PUT /t/acme/docs", "editor", 200, String::new()),
        (
            "POST /t/acme/docs",
            "reader",
            403,
            format!("Bearer {INSUFFICIENT}scope=\"api tenant:acme:member\", "),
        ),
        ("POST /t/acme/docs", "member", 200, String::new()),
        ("GET /t/acme/members", "", 401, "Bearer scope=\"api tenant:acme:member\", ".to_owned()),
        (
            "GET /t/acme/members",
            "reader",
            403,
            format!("Bearer {INSUFFICIENT}scope=\"api tenant:acme:member\", "),
        ),
        ("GET /t/acme/members", "member", 200, String::new()),
        (
            "GET /t/acme/export",
            "exporter",
            403,
            format!("Bearer {INSUFFICIENT}scope=\"api tenant:acme:member docs:export\", "),
        ),
        (
            "GET /t/acme/nothing",
            "reader",
            403,
            format!("Bearer {INSUFFICIENT}scope=\"api tenant:acme:member\", "),
        ),
        ("GET /t/acme/nothing", "member", 200, String::new()),
        ("GET /t/acme/billing/bills", "", 401, "Bearer scope=\"api owner billing\", ".to_owned()),
        ("GET /t/acme/billing/bills", "bills", 200, String::new()),
        (
            "GET /t/acme/billing/bills",
            "both",
            403,
            format!("Bearer {INSUFFICIENT}scope=\"api owner billing\", "),
        ),
        ("GET /health", "", 200, String::new()),
    ] {
        let header = format!("authorization: Bearer {token}");
        let headers: &[&str] = if token.is_empty() { &[] } else { &[&header] };
        let answer = send(&app, request, headers).await;
        assert_eq!(answer.status, status, "{request} with {token:?}");
        let challenge = answer.challenge();
        assert!(
            challenge.starts_with(&expected) && expected.is_empty() == challenge.is_empty(),
            "{request}: {challenge}"
        );
    }
}

#[tokio::test]
async fn a_handler_demands_beyond_the_group() {
    let app = routes().protect(gate()).unwrap();
    let header = ["authorization: Bearer both"];
    let refused = send(&app, "POST /t/acme/share", &header).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(
        refused.challenge().contains(r#"scope="api tenant:acme:member docs:read docs:share""#),
        "{refused:?}"
    );
    // The group's requirement also counts as declared by its handlers.
    assert_eq!(send(&app, "POST /t/acme/joined", &header).await.status, StatusCode::OK);
}

#[test]
fn an_openapi_document_has_both() {
    #[derive(OpenApi)]
    #[openapi(paths(list))]
    struct Documentation;

    let oauth = OAuth::authorization_code(&gate(), "https://a.example/authorize", "https://a.example/token");
    let mut document = Documentation::openapi();
    let _ = routes().table().apply_to(&mut document, &oauth);
    let json = serde_json::to_value(&document).unwrap();
    assert_eq!(
        json["paths"]["/t/{tenant}/docs"]["get"]["security"],
        json!([{ "oauth2": ["api", "tenant:{tenant}:member", "docs:read"] }]),
    );
}

#[track_caller]
fn refused(router: Router, expected: &[&str]) {
    let error = router.protect(gate()).unwrap_err();
    assert_eq!(error.problems(), expected);
}

#[test]
fn a_group_that_cannot_be_meant_does_not_start() {
    refused(
        Router::new()
            .route("/health", get(health))
            .route("/docs", get(list))
            .requiring(requirement!("group")),
        &[
            "`requiring::health` is public, but `requiring(group)` demands a token; mount it after `requiring`, or declare its scopes",
        ],
    );
    let style = public(service_fn(answer));
    let nested = Router::new().nest("/in", Router::new().route("/style", get_service(style)));
    let error =
        nested.requiring(Requirement::AUTHENTICATED).protect(gate()).map(|_: axum::Router| ()).unwrap_err();
    assert!(
        error.problems()[0].contains("is public, but `requiring(authenticated)` demands a token"),
        "{error}"
    );
    refused(
        Router::new().requiring(requirement!("group")).route("/docs", get(list)),
        &[
            "`requiring(group)` covers no route, because it covers only routes that were added before it; call it after you add the routes",
        ],
    );
    refused(
        Router::new().route("/docs", get(list)).requiring(Requirement::PUBLIC),
        &["`requiring(public)` demands nothing; name the scopes that the routes need, or remove it"],
    );
    refused(
        Router::new().merge(Router::new().route("/docs", get(list)).requiring(MEMBER)),
        &["`requiring::list` needs `tenant:{tenant}:member`, but its path `/docs` has no `{tenant}`"],
    );
    // `split` reports the same, and so does an outer router.
    let group = || Router::new().route("/health", get(health)).requiring(requirement!("group"));
    let outer: [Router; 3] = [group(), Router::new().merge(group()), Router::new().nest("/in", group())];
    for router in outer {
        assert_eq!(router.split(gate()).unwrap_err().problems().len(), 1);
    }
}

#[test]
fn a_product_that_is_too_large_does_not_start() {
    let of = |count: usize, letter: char| {
        let all: Vec<String> = (0..count).map(|at| format!("{letter}{at}")).collect();
        all.join(" | ").parse::<Requirement>().unwrap()
    };
    let with = |inner: usize, outer: usize| -> Router {
        Router::new().route("/members", get(members)).requiring(of(inner, 'a')).requiring(of(outer, 'b'))
    };
    assert_eq!(with(4, 4).table().entries()[0].requirement().alternatives().len(), 16);
    assert!(with(4, 4).protect(gate()).is_ok());
    let error = with(2, 9).protect(gate()).unwrap_err();
    let expected = "besides `a0 | a1`: there are more than 16 alternatives; define one scope for what they have in common";
    assert!(error.problems()[0].ends_with(expected), "{error}");
}
