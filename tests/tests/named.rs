//! Named requirements, in the attributes and in `requirement!`.

mod gating;

use gating::IntoGate;
use http::StatusCode;
use rmcp::{ServerHandler, tool, tool_handler};
use scopegate::{
    Access, Requirement, Router, Scope, Vocabulary, guarded, requirement, requires_scope, routing::get,
    scoped_tools, testing::TestVerifier,
};
use scopegate_tests::exchange::send;

mod needs {
    use scopegate::{Requirement, Scope, requirement};

    pub(super) const EXPORT: Requirement = requirement!("files:read", any("files:export", "files:admin"));
    pub(super) const TENANT: Requirement = requirement!("tenant:{tenant}:read");
    pub(super) const READ: Scope = Scope::from_static("files:read");

    pub(super) struct Group;

    impl Group {
        pub(super) const ADMIN: Requirement = requirement!("files:admin");
    }
}

#[derive(Clone, Copy, Vocabulary)]
enum FilesScope {
    /// See your files.
    #[scope("files:read")]
    Read,
}

#[requires_scope(needs::EXPORT, also("files:audit"), related(needs::READ))]
async fn export(access: Access) -> Result<&'static str, scopegate::Rejection> {
    access.require("files:audit")?;
    Ok("all files")
}

#[requires_scope(needs::TENANT)]
async fn tenant() {}

#[requires_scope(crate::needs::Group::ADMIN)]
async fn admin() {}

#[requires_scope(needs::READ)]
async fn read() {}

#[requires_scope(FilesScope::Read)]
async fn read_by_variant() {}

const AGAIN: Requirement = requirement!(needs::EXPORT);
const ONE: Requirement = requirement!(needs::READ);

fn routes() -> Router {
    Router::new()
        .route("/export", get(export))
        .route("/tenants/{tenant}", get(tenant))
        .route("/admin", get(admin))
        .route("/read", get(read))
        .route("/variant", get(read_by_variant))
        .route("/again", get(guarded(AGAIN, async || {})))
        .route("/one", get(guarded(needs::READ.into(), async || {})))
}

#[test]
fn a_name_stands_for_all_that_it_needs() {
    assert_eq!(
        routes().table().to_string(),
        "GET  /export            files:read files:export | files:read files:admin also files:audit\n\
         GET  /tenants/{tenant}  tenant:{tenant}:read\n\
         GET  /admin             files:admin\n\
         GET  /read              files:read\n\
         GET  /variant           files:read\n\
         GET  /again             files:read files:export | files:read files:admin\n\
         GET  /one               files:read\n"
    );
    let table = routes().table();
    assert!(table.entries()[0].also().eq(["files:audit"]));
    assert!(table.entries()[0].related().eq(["files:read"]));
    assert_eq!(
        table.catalog().iter().map(scopegate::ScopeToken::as_str).collect::<Vec<_>>().join(" "),
        "files:admin files:audit files:export files:read"
    );
}

#[test]
fn a_requirement_of_one_scope_is_the_same_however_it_is_made() {
    let parsed: Requirement = "files:read".parse().unwrap();
    let literal = requirement!("files:read");
    for requirement in
        [ONE, Requirement::from(Scope::from_static("files:read")), requirement!(FilesScope::Read)]
    {
        assert_eq!(requirement, literal);
        assert_eq!(requirement, parsed);
        assert_eq!(requirement.alternatives(), [["files:read"]]);
        assert_eq!(requirement.to_string(), "files:read");
        assert!(!requirement.is_public());
        let other = requirement!("files:write");
        assert_ne!(requirement, other);
        assert_ne!(requirement, Requirement::AUTHENTICATED);
        assert_ne!(requirement, Requirement::PUBLIC);
    }
}

#[tokio::test]
async fn a_name_is_enforced() {
    let verifier = TestVerifier::new().token("all", "files:read files:export files:audit");
    let verifier = verifier.token("read", "files:read").token("no-audit", "files:read files:admin");
    let app: axum::Router = routes()
        .protect(verifier.token("acme", "tenant:acme:read").gate("https://h.example").unwrap())
        .unwrap();
    for (request, token, expected) in [
        ("GET /export", "all", StatusCode::OK),
        ("GET /export", "read", StatusCode::FORBIDDEN),
        ("GET /export", "no-audit", StatusCode::FORBIDDEN),
        ("GET /tenants/acme", "acme", StatusCode::OK),
        ("GET /tenants/other", "acme", StatusCode::FORBIDDEN),
        ("GET /admin", "no-audit", StatusCode::OK),
        ("GET /admin", "all", StatusCode::FORBIDDEN),
        ("GET /read", "read", StatusCode::OK),
        ("GET /read", "acme", StatusCode::FORBIDDEN),
        ("GET /again", "all", StatusCode::OK),
        ("GET /again", "read", StatusCode::FORBIDDEN),
        ("GET /one", "read", StatusCode::OK),
    ] {
        let answer = send(&app, request, &[&format!("authorization: Bearer {token}")]).await;
        assert_eq!(answer.status, expected, "{request} {token}");
        assert_eq!(send(&app, request, &[]).await.status, StatusCode::UNAUTHORIZED, "{request}");
    }
    let challenge = send(&app, "GET /export", &[]).await;
    assert!(challenge.challenge().contains("scope=\"files:read files:export\""), "{}", challenge.challenge());
}

#[derive(Clone)]
struct Files;

#[scoped_tools]
impl Files {
    /// Exports all files.
    #[requires_scope(needs::EXPORT)]
    #[tool]
    async fn export(&self) -> String {
        "all files".to_owned()
    }
}

#[tool_handler]
impl ServerHandler for Files {}

#[test]
fn a_tool_takes_a_name() {
    assert_eq!(
        Files::TOOLS.to_string(),
        "tools/call  export  files:read files:export | files:read files:admin\n"
    );
}
