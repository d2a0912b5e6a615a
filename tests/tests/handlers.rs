//! The attributes work on every function that axum accepts as a handler.

mod gating;

use std::future::Future;

use axum::{
    Json, debug_handler,
    extract::{Path, Query, State},
    http::{StatusCode, Uri},
    response::IntoResponse,
};
use gating::IntoGate;
use scopegate::{
    Access, Guard, Router, Scope, authenticated, public, requires_scope,
    routing::{delete, get, patch, post, put},
    scope_table,
    testing::TestVerifier,
};
use scopegate_tests::exchange::send;
use serde::Deserialize;

trait Store: Clone + Send + Sync + 'static {
    fn name(&self) -> &'static str;
}

#[derive(Clone)]
struct Disk;

impl Store for Disk {
    fn name(&self) -> &'static str {
        "disk"
    }
}

mod scopes {
    use super::Scope;

    pub(super) const READ: Scope = Scope::from_static("files:read");

    pub(super) struct Admin;

    impl Admin {
        pub(super) const ALL: Scope = Scope::from_static("files:admin");
    }
}

#[requires_scope(scopes::READ, any("files:write", self::scopes::Admin::ALL))]
async fn generic<S: Store>(State(store): State<S>) -> &'static str {
    store.name()
}

#[requires_scope("files:read")]
async fn with_where<S>(State(store): State<S>) -> impl IntoResponse
where
    S: Store,
{
    store.name()
}

/// A generic argument without a name. axum cannot infer it; a const table and a direct call can.
#[authenticated]
async fn impl_argument(name: impl AsRef<str>) -> usize {
    name.as_ref().len()
}

#[requires_scope("files:read")]
#[debug_handler(state = Disk)]
async fn debugged(State(_): State<Disk>, uri: Uri) -> String {
    uri.to_string()
}

#[tracing::instrument(skip_all)]
#[requires_scope("files:read")]
async fn instrumented_before(uri: Uri) -> String {
    uri.to_string()
}

#[requires_scope("files:read")]
#[tracing::instrument]
async fn instrumented_after(uri: Uri) -> String {
    uri.to_string()
}

#[requires_scope("files:read")]
fn future() -> impl Future<Output = &'static str> {
    std::future::ready("ready")
}

#[derive(Debug, Deserialize)]
struct Claims {
    tenant: String,
}

#[derive(Debug, Deserialize)]
struct Page {
    #[serde(default)]
    page: u32,
}

#[authenticated]
async fn claims(
    access: Access,
    Path(name): Path<String>,
    Query(Page { page }): Query<Page>,
) -> Result<Json<Vec<String>>, StatusCode> {
    let claims: Claims = access.claims().map_err(|_| StatusCode::FORBIDDEN)?;
    let scopes = access.scopes().iter().collect::<Vec<_>>().join("+");
    Ok(Json(vec![
        claims.tenant,
        name,
        page.to_string(),
        scopes,
        access.client().unwrap_or_default().to_owned(),
    ]))
}

#[public]
async fn mutable(mut uri: Uri) -> String {
    uri = uri.path().parse().unwrap_or(uri);
    uri.to_string()
}

/// Names that the attributes look for, with another meaning here.
mod same_names {
    use axum::extract::Query;
    use scopegate::{Rejection, authenticated, public};

    #[derive(serde::Deserialize)]
    pub(super) struct Mode {
        write: bool,
    }

    pub(super) type Access = Query<Mode>;

    #[public]
    pub(super) async fn mode(Query(mode): Access) -> String {
        mode.write.to_string()
    }

    struct Rules;

    impl Rules {
        #[expect(clippy::unused_self, reason = "it is called as `Access::require` is")]
        fn require(&self, rule: &str) -> String {
            rule.to_owned()
        }
    }

    #[authenticated]
    pub(super) async fn rule(access: scopegate::Access) -> Result<String, Rejection> {
        let access = access.subject().map(|_| Rules).ok_or_else(|| access.deny("no subject"))?;
        Ok(access.require("quiet"))
    }
}

fn app() -> axum::Router {
    let token = scopegate::Token::granting(scopegate::GrantedScopes::parse("files:write files:read"))
        .with_subject("alice")
        .with_client("editor")
        .with_claims(serde_json::json!({ "tenant": "acme" }))
        .unwrap();
    let verifier = TestVerifier::new().token_saying("alice", token).token("bob", "files:read");
    Router::new()
        .route("/generic", get(generic::<Disk>))
        .route("/where", get(with_where::<Disk>))
        .route("/debugged", post(debugged))
        .route("/before", put(instrumented_before))
        .route("/after", patch(instrumented_after))
        .route("/future", delete(future))
        .route("/claims/{name}", get(claims))
        .route("/mutable", get(mutable))
        .route("/mode", get(same_names::mode))
        .route("/rule", get(same_names::rule))
        .with_state(Disk)
        .protect(verifier.gate("https://h.example").unwrap())
        .unwrap()
}

#[tokio::test]
async fn each_runs_with_a_token_and_not_without() {
    let app = app();
    let cases = [
        ("GET /generic", "disk"),
        ("GET /where", "disk"),
        ("POST /debugged", "/debugged"),
        ("PUT /before?a=b", "/before?a=b"),
        ("PATCH /after", "/after"),
        ("DELETE /future", "ready"),
        ("GET /claims/x?page=2", r#"["acme","x","2","files:read+files:write","editor"]"#),
    ];
    for (request, body) in cases {
        assert_eq!(send(&app, request, &[]).await.status, StatusCode::UNAUTHORIZED, "{request}");
        let answer = send(&app, request, &["authorization: Bearer alice"]).await;
        assert_eq!((answer.status, answer.body.as_str()), (StatusCode::OK, body), "{request}");
    }
    assert_eq!(send(&app, "GET /mutable?a=b", &[]).await.body, "/mutable");
    assert_eq!(send(&app, "GET /mode?write=true", &[]).await.body, "true");
    assert_eq!(send(&app, "GET /rule", &["authorization: Bearer alice"]).await.body, "quiet");
    let answer = send(&app, "GET /claims/x", &["authorization: Bearer bob"]).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "a claim that the handler needs is missing");
    assert_eq!(answer.challenge(), "", "and no scope would help");
}

#[tokio::test]
async fn an_impl_trait_argument_stays_one() {
    assert_eq!(impl_argument(Guard::for_test(), "four").await, 4);
    assert_eq!(
        scope_table![generic::<Disk>].to_string(),
        "-  handlers::generic  files:read files:write | files:read files:admin\n"
    );
}
