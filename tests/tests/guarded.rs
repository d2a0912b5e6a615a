//! Handlers declared without an attribute: closures, and handlers of other crates.

mod gating;

use axum::{
    Json,
    extract::{Path, Request, State},
    handler::Handler,
    http::{Method, StatusCode},
    response::{IntoResponse, Response},
    routing as plain,
};
use gating::IntoGate;
use scopegate::{
    Access, Gate, Policy, Requirement, Router, Scope, authenticated,
    export::Lock,
    guarded, public, requirement, requires_scope,
    routing::{Guarded, any, get, put},
    scope_table,
    testing::TestVerifier,
};
use scopegate_tests::exchange::{send, send_body};

const RESOURCE: &str = "https://h.example";
const METADATA: &str = "resource_metadata=\"https://h.example/.well-known/oauth-protected-resource\"";

fn gate() -> Gate {
    let verifier = TestVerifier::new();
    let verifier = verifier.token("reader", "files:read").token("writer", "files:read files:write");
    verifier.token("acme", "tenant:acme:read").token("nothing", "").gate(RESOURCE).unwrap()
}

async fn status(app: &axum::Router, request: &str, token: &str) -> StatusCode {
    let headers = if token.is_empty() { vec![] } else { vec![format!("authorization: Bearer {token}")] };
    let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
    send(app, request, &headers).await.status
}

/// A handler like those of other crates: its own type, with its own marker.
#[derive(Clone)]
struct Foreign(&'static str);

struct OfAnotherCrate;

impl<S: Send + 'static> Handler<OfAnotherCrate, S> for Foreign {
    type Future = std::future::Ready<Response>;

    fn call(self, request: Request, _: S) -> Self::Future {
        std::future::ready(format!("{} {}", request.method(), self.0).into_response())
    }
}

async fn free(State(count): State<usize>, method: Method) -> String {
    format!("{method} {count}")
}

fn routes() -> Router<usize> {
    let configured: Requirement = "files:write | files:admin".parse().unwrap();
    let tenant = guarded(requirement!("tenant:{tenant}:read"), async |Path(tenant): Path<String>| tenant);
    Router::new()
        .route(
            "/closure",
            get(guarded(requirement!("files:read"), async |State(count): State<usize>| count.to_string()))
                .put(guarded(requirement!("files:write"), async |body: String| body)),
        )
        .route("/free", get(guarded(requirement!("files:read"), free)))
        .route("/foreign", any(guarded(configured, Foreign("hello"))))
        .route("/methods", get(authenticated(plain::get(async || "inner").post(async || "unreachable"))))
        .route("/tenants/{tenant}", get(tenant))
        .route(
            "/whoami",
            get(authenticated(async |access: Access| access.scopes().iter().count().to_string())),
        )
        .route("/open", get(public(async || "open")))
        .fallback(guarded(requirement!("files:admin"), async || "nothing here"))
}

#[tokio::test]
async fn each_runs_with_a_token_and_not_without() {
    let app = routes().with_state(7).protect(gate()).unwrap();
    let cases = [
        ("GET /closure", "reader", "7"),
        ("PUT /closure", "writer", ""),
        ("GET /free", "reader", "GET 7"),
        ("DELETE /foreign", "writer", "DELETE hello"),
        ("GET /methods", "nothing", "inner"),
        ("GET /tenants/acme", "acme", "acme"),
        ("GET /whoami", "writer", "2"),
    ];
    for (request, token, body) in cases {
        assert_eq!(status(&app, request, "").await, StatusCode::UNAUTHORIZED, "{request}");
        assert_eq!(status(&app, request, "unknown").await, StatusCode::UNAUTHORIZED, "{request}");
        let answer = send(&app, request, &[&format!("authorization: Bearer {token}")]).await;
        assert_eq!((answer.status, answer.body.as_str()), (StatusCode::OK, body), "{request}");
    }
    for (request, token) in [
        ("GET /closure", "nothing"),
        ("PUT /closure", "reader"),
        ("PUT /foreign", "reader"),
        ("GET /tenants/other", "acme"),
        ("GET /x", "writer"),
    ] {
        assert_eq!(status(&app, request, token).await, StatusCode::FORBIDDEN, "{request}");
    }
    assert_eq!(send(&app, "GET /open", &[]).await.body, "open");
}

#[tokio::test]
async fn the_challenge_names_what_the_guarded_handler_needs() {
    let app = routes().with_state(7).protect(gate()).unwrap();
    let missing = send(&app, "PUT /closure", &[]).await;
    assert_eq!(missing.challenge(), format!("Bearer scope=\"files:write\", {METADATA}"));
    let short = send(&app, "GET /foreign", &["authorization: Bearer reader"]).await;
    assert!(short.challenge().contains("scope=\"files:write\""), "{}", short.challenge());
    assert!(short.challenge().contains("insufficient_scope"), "{}", short.challenge());
}

/// The requirement is a row like any other, and appears in everything that is derived from rows.
#[test]
fn it_is_in_the_table_the_lock_and_the_document() {
    let table = routes().table();
    assert_eq!(
        table.to_string(),
        "GET  /closure           files:read\n\
         PUT  /closure           files:write\n\
         GET  /free              files:read\n\
         *    /foreign           files:write | files:admin\n\
         GET  /methods           authenticated\n\
         GET  /tenants/{tenant}  tenant:{tenant}:read\n\
         GET  /whoami            authenticated\n\
         GET  /open              public\n\
         *    /*                 files:admin\n",
    );
    let entry = &table.entries()[0];
    assert_eq!((entry.handler(), entry.file()), ("guarded::routes", file!()));
    assert_eq!(table.entries()[1].line(), entry.line() + 1);
    assert_eq!(table.entries()[2].handler(), "guarded::free");
    assert_eq!(table.entries()[3].handler(), "guarded::Foreign");

    let lock = Lock::of(&Policy::new(), &table).to_string();
    for line in ["GET /closure", "PUT /closure", "files:write | files:admin"] {
        assert!(lock.contains(line), "{line} in {lock}");
    }
}

/// The guard runs before every extractor, and the body of a refused request is not read.
#[tokio::test]
async fn nothing_is_extracted_before_the_guard() {
    let upload = async |Json(_): Json<Vec<String>>| {};
    let app = Router::new().route("/", put(guarded(requirement!("files:write"), upload)));
    let app: axum::Router = app.protect(gate()).unwrap();
    let unread = || {
        axum::body::Body::from_stream(futures_util::stream::poll_fn(
            |_| -> std::task::Poll<Option<Result<&'static str, std::io::Error>>> {
                panic!("the body of a refused request is read")
            },
        ))
    };
    for (headers, expected) in
        [(&[][..], StatusCode::UNAUTHORIZED), (&["authorization: Bearer reader"], StatusCode::FORBIDDEN)]
    {
        assert_eq!(send_body(&app, "PUT /", headers, unread()).await.status, expected);
    }
    let headers = ["authorization: Bearer writer", "content-type: application/json"];
    assert_eq!(send_body(&app, "PUT /", &headers, "[]".into()).await.status, StatusCode::OK);
}

/// In a plain axum router the guard finds the gate of the layer. Without a gate the handler does not run.
#[tokio::test]
async fn in_a_plain_router_it_is_enforced_too() {
    #[requires_scope("files:read")]
    async fn list() {}

    let export = || guarded(requirement!("files:write"), async || "all files");
    let plain =
        || axum::Router::new().route("/export", plain::get(export())).route("/list", plain::get(list));
    for token in ["", "writer"] {
        assert_eq!(status(&plain(), "GET /export", token).await, StatusCode::INTERNAL_SERVER_ERROR);
    }
    let table = scope_table![list].and(&export().table());
    let rows: Vec<String> =
        table.entries().iter().map(|entry| format!("{} {}", entry.handler(), entry.requirement())).collect();
    assert_eq!(
        rows,
        ["guarded::list files:read", "guarded::in_a_plain_router_it_is_enforced_too files:write"]
    );
    let app = plain().layer(gate().layer(table).unwrap());
    assert_eq!(status(&app, "GET /export", "").await, StatusCode::UNAUTHORIZED);
    assert_eq!(status(&app, "GET /export", "reader").await, StatusCode::FORBIDDEN);
    assert_eq!(status(&app, "GET /export", "writer").await, StatusCode::OK);
}

#[tokio::test]
async fn an_attribute_inside_of_a_guarded_router_is_enforced_as_well() {
    #[requires_scope("files:write")]
    async fn write() {}

    let inside = guarded(requirement!("files:read"), plain::get(write));
    let app = Router::new().route("/", get(inside)).protect(gate()).unwrap();
    assert_eq!(status(&app, "GET /", "nothing").await, StatusCode::FORBIDDEN);
    assert_eq!(status(&app, "GET /", "reader").await, StatusCode::FORBIDDEN);
    assert_eq!(status(&app, "GET /", "writer").await, StatusCode::OK);
}

#[tokio::test]
async fn a_layer_inside_runs_after_the_guard() {
    let answer = axum::middleware::from_fn(async |_: Request, _: axum::middleware::Next| "from the layer");
    let inner = (async || "from the handler").layer(answer);
    let app: axum::Router =
        Router::new().route("/", get(guarded(requirement!("files:read"), inner))).protect(gate()).unwrap();
    assert_eq!(status(&app, "GET /", "").await, StatusCode::UNAUTHORIZED);
    assert_eq!(send(&app, "GET /", &["authorization: Bearer reader"]).await.body, "from the layer");
}

/// One value can serve several routes, each with its own gate.
#[tokio::test]
async fn a_copy_stands_behind_the_gate_that_it_is_mounted_at() {
    let list: Guarded<_> = guarded(Scope::from_static("files:read").into(), async || "list");
    let one: axum::Router = Router::new().route("/one", get(list.clone())).protect(gate()).unwrap();
    let other = TestVerifier::new().token("other", "files:read").gate("https://other.example").unwrap();
    let two: axum::Router = Router::new().route("/two", get(list)).protect(other).unwrap();
    assert_eq!(status(&one, "GET /one", "reader").await, StatusCode::OK);
    assert_eq!(status(&two, "GET /two", "reader").await, StatusCode::UNAUTHORIZED);
    assert_eq!(status(&two, "GET /two", "other").await, StatusCode::OK);
}
