//! For each requirement and credential, the status and the exact bytes of the challenge.

mod gating;

use axum::{Json, extract::Path, http::StatusCode};
use gating::IntoGate;
use scopegate::{
    Access, Reason, Rejection, Requirement, Router, Scope, authenticated, public, requirement,
    requires_scope, routing::get, testing::TestVerifier,
};
use scopegate_tests::exchange::{Answer, send};
use tower::service_fn;

#[requires_scope("files:read")]
async fn list() {}

#[requires_scope("files:read", "files:write")]
async fn write(Path(_): Path<u32>, Json(_): Json<String>) {}

#[requires_scope(any(all("files:read", "files:write"), "files:admin"))]
async fn delete() {}

#[authenticated]
async fn whoami(access: Access) -> String {
    format!("{:?} {:?}", access.subject(), access.scopes())
}

#[public]
async fn health() {}

#[public]
async fn greet(access: Option<Access>) -> String {
    access.as_ref().and_then(Access::subject).unwrap_or("nobody").to_owned()
}

#[public]
async fn welcome(access: Result<Option<Access>, Rejection>) -> Result<String, Rejection> {
    match access {
        Ok(access) => Ok(access.as_ref().and_then(Access::subject).unwrap_or("nobody").to_owned()),
        Err(rejection) if rejection.reason() == Reason::ExpiredToken => Err(rejection),
        Err(_) => Ok("somebody".to_owned()),
    }
}

/// An alias, so that the attribute does not recognize the type.
type Caller = Access;

#[public]
async fn contradiction(_: Caller) {}

const EXPORT: Requirement = requirement!("export");
const FLOOR: Scope = Scope::from_static("api");

fn verifier() -> TestVerifier {
    TestVerifier::new()
        .token("none", "")
        .token("floor", "api")
        .token("read", "files:read")
        .token("write", "files:write")
        .token("both", "files:write files:read")
        .token("admin", "files:admin")
        .token("all", "api files:read files:write files:admin")
        .token("prefix", "files files:rea files:reads xfiles:read FILES:READ files:read,files:write")
        .expired("old")
        .unavailable("later")
}

fn router() -> Router {
    let service = service_fn(async |_| Ok(StatusCode::OK));
    Router::new()
        .route("/files", get(list))
        .route("/files/{name}", get(list).put(write).delete(delete))
        .route("/whoami", get(whoami))
        .route("/health", get(health))
        .route("/greet", get(greet))
        .route("/welcome", get(welcome))
        .route("/contradiction", get(contradiction))
        .route_service("/export", scopegate::guarded(EXPORT, service))
        .route_service("/static", scopegate::public(service))
}

fn app() -> axum::Router {
    router().protect(verifier().gate("https://h.example/api").unwrap()).unwrap()
}

const METADATA: &str = r#"resource_metadata="https://h.example/.well-known/oauth-protected-resource/api""#;

/// Sends a request with a credential, or without one if it is empty. Compares the status and the challenge, in which `..` stands for
/// the metadata.
async fn check(app: &axum::Router, request: &str, credential: &str, status: u16, challenge: &str) -> Answer {
    let header = format!("authorization: {credential}");
    let headers: &[&str] = if credential.is_empty() { &[] } else { &[&header] };
    let answer = send(app, request, headers).await;
    let context = format!("{request} with {credential:?}");
    assert_eq!(answer.challenge(), challenge.replace("..", METADATA), "{context}");
    assert_eq!(answer.status.as_u16(), status, "{context}");
    if !challenge.is_empty() {
        assert_eq!(answer.header("cache-control"), "no-store", "{context}");
    }
    answer
}

const INVALID: &str = r#", error_description="The access token is not valid for this resource""#;
const EXPIRED: &str = r#", error_description="The access token expired""#;
const LACKS: &str = r#", error_description="The access token lacks a scope that this request needs""#;

#[tokio::test]
async fn without_a_token_the_challenge_names_what_the_operation_needs() {
    let app = app();
    for credential in ["", "Basic dTpw", "Digest x", "DPoP abc", "bearerless abc"] {
        check(&app, "GET /files", credential, 401, r#"Bearer scope="files:read", .."#).await;
        check(&app, "PUT /files/1", credential, 401, r#"Bearer scope="files:read files:write", .."#).await;
        check(&app, "DELETE /files/1", credential, 401, r#"Bearer scope="files:read files:write", .."#).await;
        check(&app, "GET /whoami", credential, 401, "Bearer ..").await;
        check(&app, "GET /export", credential, 401, r#"Bearer scope="export", .."#).await;
        check(&app, "GET /health", credential, 200, "").await;
        check(&app, "GET /greet", credential, 200, "").await;
        check(&app, "GET /static", credential, 200, "").await;
    }
    check(&app, "GET /files?access_token=all", "", 401, r#"Bearer scope="files:read", .."#).await;
    check(&app, "GET /nothing", "", 404, "").await;
    check(&app, "POST /files", "", 405, "").await;
}

#[tokio::test]
async fn a_bad_token_is_invalid_whatever_it_lacks() {
    let app = app();
    for credential in
        ["Bearer unknown", "Bearer", "Bearer ", "Bearer a b", "Bearer \u{e9}", "bEARER =", "Bearer\tall"]
    {
        let read = format!(r#"Bearer error="invalid_token", scope="files:read", ..{INVALID}"#);
        check(&app, "GET /files", credential, 401, &read).await;
        check(&app, "GET /whoami", credential, 401, &format!(r#"Bearer error="invalid_token", ..{INVALID}"#))
            .await;
        check(&app, "GET /greet", credential, 401, &format!(r#"Bearer error="invalid_token", ..{INVALID}"#))
            .await;
        check(&app, "GET /health", credential, 200, "").await;
    }
    let expired = format!(r#"Bearer error="invalid_token", scope="files:read files:write", ..{EXPIRED}"#);
    check(&app, "PUT /files/1", "Bearer old", 401, &expired).await;
}

#[tokio::test]
async fn a_token_that_lacks_a_scope_is_told_all_that_it_takes() {
    let app = app();
    let read = format!(r#"Bearer error="insufficient_scope", scope="files:read", ..{LACKS}"#);
    let write = format!(r#"Bearer error="insufficient_scope", scope="files:read files:write", ..{LACKS}"#);
    for token in ["none", "write", "prefix", "admin"] {
        check(&app, "GET /files", &format!("Bearer {token}"), 403, &read).await;
    }
    for token in ["none", "read", "write", "prefix"] {
        check(&app, "PUT /files/1", &format!("Bearer {token}"), 403, &write).await;
        check(&app, "DELETE /files/1", &format!("Bearer {token}"), 403, &write).await;
    }
    let export = format!(r#"Bearer error="insufficient_scope", scope="export", ..{LACKS}"#);
    check(&app, "GET /export", "Bearer all", 403, &export).await;
}

#[tokio::test]
async fn a_token_that_covers_the_operation_passes() {
    let app = app();
    for token in ["read", "both", "all"] {
        check(&app, "GET /files", &format!("Bearer {token}"), 200, "").await;
        check(&app, "GET /files", &format!("bearer   {token}"), 200, "").await;
    }
    for token in ["both", "admin", "all"] {
        check(&app, "DELETE /files/1", &format!("Bearer {token}"), 200, "").await;
    }
    let answer = check(&app, "GET /whoami", "Bearer none", 200, "").await;
    assert_eq!(answer.body, r#"Some("none") GrantedScopes({})"#);
    assert_eq!(check(&app, "GET /greet", "Bearer read", 200, "").await.body, "read");
    assert_eq!(check(&app, "GET /greet", "", 200, "").await.body, "nobody");
}

#[tokio::test]
async fn a_public_handler_can_answer_a_bad_token_itself() {
    let app = app();
    for (credential, expected) in [
        ("", "nobody"),
        ("Bearer read", "read"),
        ("Bearer unknown", "somebody"),
        ("Bearer later", "somebody"),
    ] {
        assert_eq!(check(&app, "GET /welcome", credential, 200, "").await.body, expected);
    }
    let expired = format!(r#"Bearer error="invalid_token", ..{EXPIRED}"#);
    check(&app, "GET /welcome", "Bearer old", 401, &expired).await;
}

#[tokio::test]
async fn more_than_one_credential_is_a_bad_request() {
    let app = app();
    let expected = format!(
        r#"Bearer error="invalid_request", scope="files:read", {METADATA}, error_description="The request carries more than one credential""#
    );
    for second in ["Bearer all", "Basic dTpw"] {
        let second = format!("authorization: {second}");
        let answer = send(&app, "GET /files", &["authorization: Bearer all", &second]).await;
        assert_eq!((answer.status.as_u16(), answer.challenge()), (400, expected.as_str()));
    }
}

#[tokio::test]
async fn a_verifier_that_cannot_tell_is_503_and_no_challenge() {
    let answer = check(&app(), "GET /files", "Bearer later", 503, "").await;
    assert_eq!(answer.header("retry-after"), "7");
    let body = r#"{"error":"temporarily_unavailable","error_description":"The access token cannot be verified at the moment"}"#;
    assert_eq!(answer.body, body);
}

#[tokio::test]
async fn a_floor_comes_first_and_is_needed_everywhere() {
    let app = router().protect(verifier().gate("https://h.example/api").unwrap().floor([FLOOR])).unwrap();
    check(&app, "GET /files", "", 401, r#"Bearer scope="api files:read", .."#).await;
    check(&app, "GET /whoami", "", 401, r#"Bearer scope="api", .."#).await;
    check(&app, "GET /greet", "", 200, "").await;
    // `Option<Access>` does not need the floor.
    assert_eq!(check(&app, "GET /greet", "Bearer none", 200, "").await.body, "none");
    check(&app, "GET /whoami", "Bearer floor", 200, "").await;
    let both = format!(r#"Bearer error="insufficient_scope", scope="api files:read", ..{LACKS}"#);
    check(&app, "GET /files", "Bearer floor", 403, &both).await;
    check(&app, "GET /files", "Bearer read", 403, &both).await;
    check(&app, "GET /files", "Bearer all", 200, "").await;
}

#[tokio::test]
async fn a_realm_stands_behind_what_clients_search_for() {
    let resource = scopegate::Resource::new("https://h.example/api").unwrap();
    let resource = resource.authorization_server("https://auth.example.com").unwrap().realm("files").unwrap();
    let app = router().protect(scopegate::Gate::new(resource, verifier())).unwrap();
    check(&app, "GET /files", "", 401, r#"Bearer scope="files:read", .., realm="files""#).await;
    let lacks = format!(r#"Bearer error="insufficient_scope", scope="files:read", .., realm="files"{LACKS}"#);
    check(&app, "GET /files", "Bearer none", 403, &lacks).await;
}

#[tokio::test]
async fn a_public_handler_that_insists_on_a_token_is_a_fault_of_the_program() {
    let answer = check(&app(), "GET /contradiction", "Bearer all", 500, "").await;
    assert_eq!(
        answer.body,
        r#"{"error":"server_error","error_description":"The server is not configured correctly"}"#
    );
}

#[tokio::test]
async fn the_document_names_what_any_route_needs() {
    let document = send(&app(), "GET /.well-known/oauth-protected-resource/api", &[]).await.json();
    let expected = serde_json::json!(["export", "files:admin", "files:read", "files:write"]);
    assert_eq!(document["scopes_supported"], expected);
}
