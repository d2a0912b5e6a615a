//! The bodies of refusals, in each format, and what stays the same whatever writes them.

use axum::{
    extract::Request,
    middleware::{Next, from_fn},
    response::{Html, IntoResponse, Response},
};
use http::{HeaderValue, StatusCode};
use scopegate::{
    BodyFormat, Gate, GrantedScopes, Reason, Rejection, Router, Token, authenticated, requires_scope,
    routing::get, testing::TestVerifier,
};
use scopegate_tests::exchange::{Answer, send};
use serde_json::json;

#[requires_scope("files:read")]
async fn read() {}

#[authenticated]
async fn any_token() {}

fn gate() -> Gate {
    let bound = json!({ "cnf": { "jkt": "x" } });
    let bound =
        Token::granting(GrantedScopes::parse("files:read")).with_claims(bound.as_object().unwrap().clone());
    TestVerifier::new()
        .token("none", "")
        .token("read", "files:read")
        .token_saying("bound", bound)
        .unavailable("later")
        .gate("https://h.example")
        .unwrap()
}

fn app(gate: Gate) -> axum::Router {
    Router::new().route("/read", get(read)).route("/any", get(any_token)).protect(gate).unwrap()
}

async fn refuse(app: &axum::Router, request: &str, token: &str) -> Answer {
    let header = format!("authorization: Bearer {token}");
    let headers: &[&str] = if token.is_empty() { &[] } else { &[&header] };
    let answer = send(app, request, headers).await;
    assert_eq!(answer.header("cache-control"), "no-store");
    assert!(answer.header("access-control-expose-headers").contains("WWW-Authenticate, Retry-After"));
    answer
}

#[tokio::test]
async fn formats() {
    let lacks = "The access token lacks a scope that this request needs";
    let later = "The access token cannot be verified at the moment";
    let missing = "This request needs an access token";
    let cases = [
        (
            BodyFormat::OAuth,
            "application/json",
            [
                json!({ "error_description": missing, "scope": "files:read" }),
                json!({ "error_description": missing }),
                json!({ "error": "insufficient_scope", "error_description": lacks, "scope": "files:read" }),
                json!({ "error": "temporarily_unavailable", "error_description": later }),
            ],
        ),
        (
            BodyFormat::Problem,
            "application/problem+json",
            [
                json!({ "type": "about:blank", "title": "Unauthorized", "status": 401, "detail": missing, "scope": "files:read" }),
                json!({ "type": "about:blank", "title": "Unauthorized", "status": 401, "detail": missing }),
                json!({ "type": "about:blank", "title": "Forbidden", "status": 403, "detail": lacks, "error": "insufficient_scope", "scope": "files:read" }),
                json!({ "type": "about:blank", "title": "Service Unavailable", "status": 503, "detail": later, "error": "temporarily_unavailable" }),
            ],
        ),
        (
            BodyFormat::JsonRpc,
            "application/json",
            [
                json!({ "jsonrpc": "2.0", "error": { "code": 401, "message": missing, "data": { "scope": "files:read" } } }),
                json!({ "jsonrpc": "2.0", "error": { "code": 401, "message": missing } }),
                json!({ "jsonrpc": "2.0", "error": { "code": 403, "message": lacks, "data": { "error": "insufficient_scope", "scope": "files:read" } } }),
                json!({ "jsonrpc": "2.0", "error": { "code": 503, "message": later, "data": { "error": "temporarily_unavailable" } } }),
            ],
        ),
        (
            BodyFormat::Text,
            "application/json",
            [
                json!({ "error": missing }),
                json!({ "error": missing }),
                json!({ "error": lacks, "scope": "files:read" }),
                json!({ "error": later }),
            ],
        ),
    ];
    for (format, content_type, bodies) in cases {
        let app = app(gate().body(format));
        let requests = [("GET /read", ""), ("GET /any", ""), ("GET /read", "none"), ("GET /read", "later")];
        for ((request, token), expected) in requests.into_iter().zip(bodies) {
            let answer = refuse(&app, request, token).await;
            assert_eq!(answer.header("content-type"), content_type);
            assert_eq!(answer.json(), expected, "{format:?}: {request} with {token:?}");
        }
    }
    let answer = refuse(&app(gate().body(BodyFormat::Empty)), "GET /read", "").await;
    assert_eq!((answer.body.as_str(), answer.header("content-type")), ("", ""));
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_function_writes_the_body_and_nothing_else() {
    let page = |rejection: &Rejection| {
        let mut page = Html(format!("<p>{rejection} {:?}", rejection.scopes())).into_response();
        page.headers_mut().insert("www-authenticate", HeaderValue::from_static("Basic realm=\"no\""));
        page.headers_mut().insert("access-control-expose-headers", HeaderValue::from_static("X-Own"));
        page.headers_mut().insert("x-own", HeaderValue::from_static("kept"));
        page
    };
    let app = app(gate().body_with(page));
    let answer = send(&app, "GET /read", &["authorization: Bearer none"]).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert_eq!(answer.body, r#"<p>The access token lacks a scope that this request needs ["files:read"]"#);
    assert!(answer.challenge().starts_with("Bearer error=\"insufficient_scope\", "));
    assert_eq!((answer.header("content-type"), answer.header("x-own")), ("text/html; charset=utf-8", "kept"));
    let exposed: Vec<_> = answer.headers.get_all("access-control-expose-headers").iter().collect();
    assert_eq!(exposed, ["X-Own", "WWW-Authenticate, Retry-After"]);
    assert_eq!(answer.header("cache-control"), "no-store");
}

#[tokio::test]
async fn outer_layers_see_the_rejection() {
    async fn count(request: Request, next: Next) -> Response {
        let mut response = next.run(request).await;
        let reason = response.extensions().get::<Rejection>().map(Rejection::reason);
        let seen = format!("{reason:?}");
        response.headers_mut().insert("x-seen", HeaderValue::try_from(seen).unwrap());
        response
    }
    let app = app(gate()).layer(from_fn(count));
    assert_eq!(
        send(&app, "GET /read", &[]).await.header("x-seen"),
        format!("{:?}", Some(Reason::MissingToken))
    );
    assert_eq!(send(&app, "GET /read", &["authorization: Bearer read"]).await.header("x-seen"), "None");
}

#[tokio::test]
async fn old_clients_can_be_sent_an_error_without_a_token() {
    let app = app(gate().missing_is_invalid());
    let expected = r#"Bearer error="invalid_token", scope="files:read", resource_metadata="https://h.example/.well-known/oauth-protected-resource", error_description="This request needs an access token""#;
    assert_eq!(refuse(&app, "GET /read", "").await.challenge(), expected);
}

#[tokio::test]
async fn a_bound_token_is_no_bearer_token() {
    let answer = refuse(&app(gate()), "GET /read", "bound").await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert!(answer.challenge().starts_with("Bearer error=\"invalid_token\", "));
    let lenient = app(gate().accept_bound_tokens());
    assert_eq!(send(&lenient, "GET /read", &["authorization: Bearer bound"]).await.status, StatusCode::OK);
}
