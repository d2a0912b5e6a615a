//! The bodies of refusals in each format, and what is the same in all formats.

mod gating;

use axum::{
    extract::Request,
    middleware::{Next, from_fn},
    response::{Html, IntoResponse, Response},
};
use gating::IntoGate;
use http::{HeaderValue, StatusCode};
use scopegate::{
    Access, BodyFormat, Gate, GrantedScopes, Reason, Refused, Rejection, Requirement, Router, ScopeTable,
    Token, authenticated,
    mcp::{McpTable, Operation},
    mcp_table, requirement, requires_scope,
    routing::get,
    testing::TestVerifier,
};
use scopegate_tests::exchange::{Answer, send, send_body};
use serde_json::json;

#[requires_scope("files:read")]
async fn read() {}

#[authenticated]
async fn any_token() {}

#[requires_scope("files:read")]
async fn deny(access: Access) -> Result<(), Rejection> {
    Err(access.deny("not yours"))
}

#[requires_scope("files:read", also("files:share"))]
async fn share(access: Access) -> Result<(), Rejection> {
    access.require("files:share")
}

fn gate() -> Gate {
    let bound = json!({ "cnf": { "jkt": "x" } });
    let bound = Token::granting(GrantedScopes::parse("files:read")).with_claims(bound).unwrap();
    TestVerifier::new()
        .token("none", "")
        .token("read", "files:read")
        .token_saying("bound", bound)
        .unavailable("later")
        .gate("https://h.example")
        .unwrap()
}

fn app(gate: Gate) -> axum::Router {
    Router::new()
        .route("/read", get(read))
        .route("/any", get(any_token))
        .route("/deny", get(deny))
        .route("/share", get(share))
        .protect(gate)
        .unwrap()
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
    let page = |refused: &Refused<'_>| {
        let mut page = Html(format!("<p>{} {:?}", refused.description(), refused.scopes())).into_response();
        page.headers_mut().insert("www-authenticate", HeaderValue::from_static("Basic realm=\"no\""));
        page.headers_mut().insert("retry-after", HeaderValue::from_static("9"));
        page.headers_mut().insert("cache-control", HeaderValue::from_static("public"));
        page.headers_mut().insert("access-control-expose-headers", HeaderValue::from_static("X-Own"));
        page.headers_mut().insert("x-own", HeaderValue::from_static("kept"));
        (StatusCode::OK, page)
    };
    let app = app(gate().body_with(page));
    let answer = send(&app, "GET /read", &["authorization: Bearer none"]).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert_eq!(answer.body, r#"<p>The access token lacks a scope that this request needs ["files:read"]"#);
    assert!(answer.challenge().starts_with("Bearer error=\"insufficient_scope\", "));
    assert_eq!((answer.header("content-type"), answer.header("x-own")), ("text/html; charset=utf-8", "kept"));
    let exposed: Vec<_> = answer.headers.get_all("access-control-expose-headers").iter().collect();
    assert_eq!(exposed, ["X-Own", "WWW-Authenticate, Retry-After"]);
    assert_eq!((answer.header("cache-control"), answer.header("retry-after")), ("no-store", ""));
    // A refusal by `deny` has no challenge, so the function receives no scopes.
    let answer = send(&app, "GET /deny", &["authorization: Bearer read"]).await;
    assert_eq!((answer.status, answer.challenge()), (StatusCode::FORBIDDEN, ""));
    assert_eq!(answer.body, "<p>not yours []");
}

/// A page for browsers, in the requested language, and the gate's own body for other clients.
fn negotiate(refused: &Refused<'_>) -> Response {
    let wants = |name: &str, what: &str| {
        refused.headers().get(name).is_some_and(|value| value.to_str().is_ok_and(|text| text.contains(what)))
    };
    match (wants("accept", "text/html"), wants("accept-language", "fr")) {
        (true, true) => {
            Html(format!("<h1>Refus {}</h1>", refused.reason().status().as_u16())).into_response()
        }
        (true, false) => {
            Html(format!("<h1>Refusal {}</h1>", refused.reason().status().as_u16())).into_response()
        }
        (false, _) => refused.default_body(),
    }
}

#[tokio::test]
async fn a_function_sees_what_the_request_accepts() {
    let routed = app(gate().body(BodyFormat::Problem).body_with(negotiate));
    let layer = gate().body_with(negotiate).body(BodyFormat::Problem).layer(ScopeTable::default()).unwrap();
    let layered = axum::Router::new()
        .route("/read", axum::routing::get(read))
        .route("/any", axum::routing::get(any_token))
        .route("/deny", axum::routing::get(deny))
        .route("/share", axum::routing::get(share))
        .layer(layer);
    for app in [routed, layered] {
        for (request, token, status) in [
            ("GET /read", "", 401),
            ("GET /read", "unknown", 401),
            ("GET /read", "none", 403),
            ("GET /read", "later", 503),
            ("GET /deny", "read", 403),
            ("GET /share", "read", 403),
        ] {
            let authorization = format!("authorization: Bearer {token}");
            let answer = async |accepting: &[&str]| {
                let mut headers = accepting.to_vec();
                headers.extend((!token.is_empty()).then_some(authorization.as_str()));
                send(&app, request, &headers).await
            };
            let page = answer(&["accept: text/html"]).await;
            assert_eq!((page.status.as_u16(), page.body), (status, format!("<h1>Refusal {status}</h1>")));
            let page = answer(&["accept: text/html", "accept-language: fr"]).await;
            assert_eq!(page.body, format!("<h1>Refus {status}</h1>"));
            assert_eq!(page.headers["content-type"], "text/html; charset=utf-8");
            for accepting in [&[][..], &["accept: application/json"]] {
                let problem = answer(accepting).await;
                assert_eq!(problem.header("content-type"), "application/problem+json");
                assert_eq!(problem.json()["status"], status);
            }
        }
    }
}

#[tokio::test]
async fn a_function_sees_what_a_client_of_mcp_accepts() {
    const WRITE: Requirement = requirement!("files:write");
    const TABLE: McpTable = mcp_table![Operation::tool("write_file", WRITE)];
    let layer = gate().body_with(negotiate).mcp_layer(TABLE).unwrap();
    let app = axum::Router::new().route("/mcp", axum::routing::post(async || "ran")).layer(layer);
    let call = async |accept: &str| {
        let body =
            json!({ "jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": { "name": "write_file" } });
        let headers =
            [accept, "authorization: Bearer read", "host: h.example", "content-type: application/json"];
        send_body(&app, "POST /mcp", &headers, body.to_string().into()).await
    };
    assert_eq!(call("accept: text/html").await.body, "<h1>Refusal 403</h1>");
    // The gate's own body has the id of the request.
    let answer = call("accept: application/json, text/event-stream").await.json();
    assert_eq!((&answer["id"], &answer["error"]["code"]), (&json!(7), &json!(403)));
}

#[tokio::test]
async fn a_function_sees_no_credential() {
    let names = |refused: &Refused<'_>| {
        refused.headers().keys().map(|name| name.as_str().to_owned()).collect::<Vec<_>>().join(" ")
    };
    let mark = async |mut request: Request, next: Next| {
        request.headers_mut().get_mut("x-session").unwrap().set_sensitive(true);
        next.run(request).await
    };
    let app = app(gate().body_with(names)).layer(from_fn(mark));
    let headers = [
        "authorization: Bearer none",
        "proxy-authorization: Basic eA==",
        "cookie: session=1",
        "x-session: 1",
        "x-request-id: 7",
    ];
    assert_eq!(send(&app, "GET /read", &headers).await.body, "x-request-id");
}

#[tokio::test]
async fn a_panic_of_a_function_ends_its_request_and_no_other() {
    let page = |refused: &Refused<'_>| {
        assert!(!refused.headers().contains_key("x-panic"), "asked for");
        "written"
    };
    let app = app(gate().body_with(page));
    for _ in 0..3 {
        let request = async |app: axum::Router| send(&app, "GET /read", &["x-panic: yes"]).await;
        assert!(tokio::spawn(request(app.clone())).await.unwrap_err().is_panic());
        let answer = send(&app, "GET /read", &[]).await;
        assert_eq!((answer.status, answer.body.as_str()), (StatusCode::UNAUTHORIZED, "written"));
    }
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
