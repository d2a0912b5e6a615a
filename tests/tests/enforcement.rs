//! The handler runs only if access is granted. Otherwise no extractor runs, and no byte of the body is read.

mod gating;

use std::sync::Arc;

use axum::{
    Json,
    body::Body,
    extract::{FromRequestParts, State},
    handler::Handler,
    http::{StatusCode, request::Parts},
    middleware::{Next, from_fn},
    response::Response,
};
use gating::IntoGate;
use scopegate::{
    Access, Gate, Guard, Presented, Resource, Router, StaticKeys, Token, TokenVerifier, VerifyError,
    authenticated, public, requires_scope,
    routing::{MethodFilter, MethodRouter, any, get, on, post},
    scope_table,
    testing::TestVerifier,
};
use scopegate_tests::{
    counter::{Counter, watched},
    exchange::{send, send_body},
};
use tower_http::{cors::CorsLayer, timeout::TimeoutLayer};

/// An extractor that counts how often it runs.
struct Touched;

impl FromRequestParts<Counter> for Touched {
    type Rejection = StatusCode;

    async fn from_request_parts(_: &mut Parts, counter: &Counter) -> Result<Self, StatusCode> {
        counter.count();
        Ok(Self)
    }
}

#[requires_scope("files:write")]
async fn write(_: Touched, State(counter): State<Counter>, Json(_): Json<String>) {
    counter.count();
}

#[authenticated]
async fn any_token(State(counter): State<Counter>) {
    counter.count();
}

#[public]
async fn open(State(counter): State<Counter>) {
    counter.count();
}

async fn undeclared(State(counter): State<Counter>) {
    counter.count();
}

fn verifier() -> TestVerifier {
    TestVerifier::new().token("none", "").token("write", "files:write")
}

fn gate() -> Gate {
    verifier().gate("https://h.example").unwrap()
}

const NONE: &str = "authorization: Bearer none";
const WRITE: &str = "authorization: Bearer write";

#[tokio::test]
async fn a_refused_request_touches_nothing() {
    let (counter, read) = (Counter::default(), Counter::default());
    let app = Router::new().route("/", post(write)).with_state(counter.clone()).protect(gate()).unwrap();
    for (headers, status) in [(vec![], 401), (vec![NONE], 403), (vec!["authorization: Bearer bad"], 401)] {
        let answer = send_body(&app, "POST /", &headers, watched(&read)).await;
        assert_eq!(answer.status.as_u16(), status);
    }
    assert_eq!((counter.get(), read.get()), (0, 0));

    let answer = send_body(&app, "POST /", &[WRITE], watched(&read)).await;
    assert_eq!(
        answer.status,
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "the error of the body comes after the decision"
    );
    let json = ["content-type: application/json", WRITE];
    let answer = send_body(&app, "POST /", &json, Body::from("\"hello\"")).await;
    assert_eq!((answer.status, counter.get()), (StatusCode::OK, 3));
}

#[tokio::test]
async fn without_a_gate_a_guarded_handler_answers_500_and_does_not_run() {
    let counter = Counter::default();
    let app = axum::Router::new()
        .route("/", axum::routing::post(write).get(any_token))
        .route("/open", axum::routing::get(open))
        .with_state(counter.clone());
    for request in ["POST /", "GET /"] {
        let answer = send(&app, request, &[WRITE]).await;
        assert_eq!((answer.status, answer.challenge()), (StatusCode::INTERNAL_SERVER_ERROR, ""));
    }
    assert_eq!(counter.get(), 0);
    assert_eq!(send(&app, "GET /open", &[]).await.status, StatusCode::OK);
}

#[tokio::test]
async fn behind_the_layer_nothing_runs_without_a_token() {
    let counter = Counter::default();
    let gate = gate().floor([scopegate::Scope::from_static("files:write")]);
    let layer = gate.layer(scope_table![write, any_token]).unwrap();
    let api = axum::Router::new()
        .route("/undeclared", axum::routing::any(undeclared))
        .route("/declared", axum::routing::post(write))
        .with_state(counter.clone())
        .layer(layer.clone());
    let app = layer.well_known().merge(api);
    let preflight = ["origin: https://elsewhere.example", "access-control-request-method: POST"];
    for (headers, status) in [(vec![], 401), (vec!["authorization: Bearer bad"], 401), (vec![NONE], 403)] {
        for request in ["GET /undeclared", "OPTIONS /undeclared", "POST /declared", "GET /nothing"] {
            let answer = send(&app, request, &headers).await;
            assert_eq!(answer.status.as_u16(), status, "{request}");
            assert!(answer.challenge().contains(r#"scope="files:write", resource_metadata="#), "{request}");
        }
    }
    assert_eq!(send(&app, "OPTIONS /undeclared", &preflight).await.status, StatusCode::NO_CONTENT);
    assert_eq!(counter.get(), 0);

    assert_eq!(send(&app, "GET /undeclared", &[WRITE]).await.status, StatusCode::OK);
    assert_eq!(send(&app, "OPTIONS /undeclared", &[WRITE]).await.status, StatusCode::OK);
    assert_eq!(counter.get(), 2);
    let metadata = send(&app, "GET /.well-known/oauth-protected-resource", &[]).await;
    assert!(metadata.body.contains(r#""scopes_supported":["files:write"]"#), "{}", metadata.body);
}

#[requires_scope("a")]
async fn needs_a() {}

#[tokio::test]
async fn a_guard_behind_the_layer_adds_its_scopes() {
    let gate = verifier().token("floor", "floor").token("both", "floor a").gate("https://h.example").unwrap();
    let layer = gate.floor([scopegate::Scope::from_static("floor")]).layer(scope_table![needs_a]).unwrap();
    let app = axum::Router::new().route("/", axum::routing::get(needs_a)).layer(layer);
    let answer = send(&app, "GET /", &["authorization: Bearer floor"]).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(answer.challenge().contains(r#"scope="floor a""#), "{}", answer.challenge());
    assert_eq!(send(&app, "GET /", &["authorization: Bearer both"]).await.status, StatusCode::OK);
}

#[tokio::test]
async fn methods_are_guarded_alike() {
    let counter = Counter::default();
    let router = Router::new()
        .route("/any", any(any_token))
        .route("/on", on(MethodFilter::POST.or(MethodFilter::OPTIONS), any_token))
        .route("/get", get(any_token))
        .route(
            "/layered",
            get(any_token.layer(TimeoutLayer::with_status_code(
                StatusCode::REQUEST_TIMEOUT,
                std::time::Duration::MAX,
            ))),
        )
        .route("/merged", MethodRouter::new().get(any_token).merge(post(any_token)))
        .fallback(any_token)
        .with_state(counter.clone());
    let table = "\
*             /any      authenticated
POST,OPTIONS  /on       authenticated
GET           /get      authenticated
GET           /layered  authenticated
GET           /merged   authenticated
POST          /merged   authenticated
*             /*        authenticated
";
    assert_eq!(router.table().to_string(), table);
    let app = router.protect(gate()).unwrap();
    let guarded = [
        "GET /any",
        "OPTIONS /any",
        "BREW /any",
        "OPTIONS /on",
        "POST /on",
        "GET /get",
        "HEAD /get",
        "GET /layered",
        "POST /merged",
        "GET /nothing",
    ];
    for (at, request) in guarded.into_iter().enumerate() {
        assert_eq!(send(&app, request, &[]).await.status, StatusCode::UNAUTHORIZED, "{request}");
        assert_eq!(counter.get(), at, "{request}");
        assert_eq!(send(&app, request, &[NONE]).await.status, StatusCode::OK, "{request}");
    }
    let head = send(&app, "HEAD /get", &[]).await;
    assert_eq!((head.body.as_str(), head.challenge().is_empty()), ("", false));
    assert_eq!(send(&app, "OPTIONS /get", &[]).await.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn a_cors_layer_outside_answers_preflights_before_the_gate() {
    let router = Router::new().route("/", any(any_token)).with_state(Counter::default());
    let app = router.protect(gate()).unwrap().layer(CorsLayer::permissive());
    let preflight = ["origin: https://elsewhere.example", "access-control-request-method: GET"];
    let answer = send(&app, "OPTIONS /", &preflight).await;
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (StatusCode::OK, "*"));
    assert_eq!(send(&app, "GET /", &preflight).await.status, StatusCode::UNAUTHORIZED);
}

/// A verifier that counts its calls.
struct Counting(Counter);

impl TokenVerifier for Counting {
    async fn verify(&self, presented: &Presented<'_>) -> Result<Token, VerifyError> {
        self.0.count();
        verifier().verify(presented).await
    }
}

async fn note(
    access: Option<Access>,
    State(seen): State<Counter>,
    request: axum::extract::Request,
    next: Next,
) -> Response {
    if access.is_some() {
        seen.count();
    }
    next.run(request).await
}

#[tokio::test]
async fn an_early_verification_is_the_only_one() {
    let (counter, verified, seen) = (Counter::default(), Counter::default(), Counter::default());
    let resource =
        Resource::new("https://h.example").unwrap().authorization_server("https://auth.example").unwrap();
    let gate = Gate::new(resource, Counting(verified.clone()));
    let router =
        Router::new().route("/", get(any_token)).route("/open", get(open)).with_state(counter.clone());
    let app = router
        .protect(gate.clone())
        .unwrap()
        .layer(axum::middleware::from_fn_with_state(seen.clone(), note))
        .layer(gate.authenticate());
    assert_eq!(send(&app, "GET /", &[WRITE]).await.status, StatusCode::OK);
    assert_eq!((counter.get(), verified.get(), seen.get()), (1, 1, 1));
    assert_eq!(send(&app, "GET /", &["authorization: Bearer bad"]).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!((counter.get(), verified.get(), seen.get()), (1, 2, 1));
    assert_eq!(send(&app, "GET /", &[]).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(send(&app, "GET /open", &["authorization: Bearer bad"]).await.status, StatusCode::OK);
    assert_eq!((counter.get(), verified.get(), seen.get()), (2, 3, 1));
}

#[requires_scope("files:write")]
async fn rename() {}

#[tokio::test]
async fn behind_the_layer_a_token_is_verified_once() {
    let verified = Counter::default();
    let resource =
        Resource::new("https://h.example").unwrap().authorization_server("https://auth.example").unwrap();
    let gate = Gate::new(resource, Arc::new(Counting(verified.clone())));
    let layer = gate.layer(scope_table![rename]).unwrap();
    let app = axum::Router::new().route("/", axum::routing::get(rename)).layer(layer);
    assert_eq!(send(&app, "GET /", &[WRITE]).await.status, StatusCode::OK);
    assert_eq!(verified.get(), 1);
    assert_eq!(send(&app, "GET /", &[NONE]).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn an_early_verification_by_another_gate_counts_for_nothing() {
    let counter = Counter::default();
    let strict = TestVerifier::new().gate("https://strict.example").unwrap();
    let router = Router::new().route("/", get(any_token)).with_state(counter.clone());
    let app = router.protect(strict).unwrap().layer(gate().authenticate());
    assert_eq!(send(&app, "GET /", &[WRITE]).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(counter.get(), 0);
}

#[requires_scope("outer")]
async fn forwards(inner: Option<Guard2>) -> &'static str {
    if inner.is_some() { "inner" } else { "outer" }
}

/// Extracts the guard of another handler in the same request.
struct Guard2;

impl<S: Send + Sync> axum::extract::OptionalFromRequestParts<S> for Guard2 {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, Response> {
        use axum::response::IntoResponse;
        let guard = Guard::<__scopes_of_needs_a::needs_a>::from_request_parts(parts, state).await;
        guard.map(|_| Some(Self)).map_err(IntoResponse::into_response)
    }
}

#[tokio::test]
async fn a_guard_of_another_handler_gives_its_own_challenge() {
    let gate = verifier().token("outer", "outer").token("both", "outer a").gate("https://h.example").unwrap();
    let app = Router::new().route("/", get(forwards)).protect(gate).unwrap();
    let answer = send(&app, "GET /", &["authorization: Bearer outer"]).await;
    assert!(answer.challenge().contains(r#"scope="a""#), "{}", answer.challenge());
    assert_eq!(send(&app, "GET /", &["authorization: Bearer both"]).await.body, "inner");
}

#[tokio::test]
async fn nested_and_merged_routers_keep_their_guards() {
    let counter = Counter::default();
    let inner = Router::new().route("/", get(any_token)).route("/{id}", get(any_token)).fallback(any_token);
    let router = Router::new()
        .nest("/v1/{tenant}", inner)
        .merge(Router::new().route("/merged", get(any_token)))
        .layer(from_fn(async |request: axum::extract::Request, next: Next| next.run(request).await))
        .with_state(counter.clone());
    let table = "\
GET  /v1/{tenant}       authenticated
GET  /v1/{tenant}/{id}  authenticated
*    /v1/{tenant}/*     authenticated
GET  /merged            authenticated
";
    assert_eq!(router.table().to_string(), table);
    let app = router.protect(gate()).unwrap();
    for (at, path) in ["/v1/t", "/v1/t/1", "/v1/t/1/2", "/merged"].into_iter().enumerate() {
        let request = format!("GET {path}");
        assert_eq!(send(&app, &request, &[]).await.status, StatusCode::UNAUTHORIZED, "{path}");
        assert_eq!(send(&app, &request, &[NONE]).await.status, StatusCode::OK, "{path}");
        assert_eq!(counter.get(), at + 1);
    }
}

const LONG: scopegate::Scope = scopegate::Scope::from_static(match str::from_utf8(&[b's'; 9000]) {
    Ok(text) => text,
    Err(_) => "",
});

#[requires_scope(LONG)]
async fn oversized() {}

#[requires_scope("files:write", max_age = 300)]
async fn after_login() {}

#[test]
fn startup_lists_everything_that_is_wrong() {
    let gate = Gate::new(Resource::new("https://h.example/api").unwrap(), verifier());
    let router: Router = Router::new()
        .route("/.well-known/oauth-protected-resource/api", get(open))
        .with_state(Counter::default());
    let error = router.protect(gate.clone()).unwrap_err();
    let expected = "\
the server cannot start:
- resource `https://h.example/api` names no authorization server, so no client can get a token; add `.authorization_server(\"https://..\")`
- `enforcement::open` is mounted at `/.well-known/oauth-protected-resource/api`, where the metadata document belongs; remove that route";
    assert_eq!(error.to_string(), expected);
    let error = gate.layer(scope_table![oversized]).unwrap_err();
    let oversized =
        "the challenge of `enforcement::oversized` has more than 8 KiB; use fewer or shorter scopes";
    assert_eq!(error.problems()[1..], [oversized]);
    let error = gate.layer(scope_table![open]).unwrap_err();
    let public =
        "`enforcement::open` is public, but the layer would demand a token; mount it outside the layer";
    assert_eq!(error.problems()[1..], [public]);

    let keys = || StaticKeys::parse("sk_write=files:write").unwrap();
    let login = "`enforcement::after_login` requires a login, but static keys have none; remove `acr` and `max_age`, leave the handler out of the router or table of this gate, or add a token verifier with `StaticKeys::or`";
    let twice = scope_table![after_login].and(&scope_table![after_login]);
    for table in [scope_table![after_login], twice] {
        let error = Gate::static_keys("files", keys()).layer(table).unwrap_err();
        assert_eq!(error.problems(), [login]);
    }
    let resource =
        || Resource::new("https://h.example").unwrap().authorization_server("https://a.example").unwrap();
    let error = Gate::new(resource(), Arc::new(keys())).layer(scope_table![after_login]).unwrap_err();
    assert_eq!(error.problems(), [login]);
    assert!(Gate::new(resource(), keys().or(verifier())).layer(scope_table![after_login]).is_ok());
}
