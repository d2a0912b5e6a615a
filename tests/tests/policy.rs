//! Templates, implication, strategy, the handler's own demands and translation, as seen in answers.

mod gating;

use axum::{
    Json,
    body::to_bytes,
    extract::{Path, Request},
    handler::Handler,
    middleware::Next,
    response::{IntoResponse, Response},
};
use gating::IntoGate;
use http::StatusCode;
use scopegate::{
    Access, Advertise, Gate, GrantedScopes, Reason, Rejection, Requirement, Router, Scope, ScopeTable,
    ScopeToken, Strategy, Token, Vocabulary, Wildcards, authenticated, guarded, requirement, requires_scope,
    routing::{get, post},
    scope_table,
    testing::TestVerifier,
    well_known,
};
use scopegate_tests::{
    exchange::{Answer, send, send_body},
    log::{hear_everything, log_while},
};
use tracing::Level;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Vocabulary)]
enum FilesScope {
    /// See your files.
    #[scope("files:read", baseline)]
    Read,
    /// Change your files.
    #[scope("files:write", implies(Read))]
    Write,
    /// Everything.
    #[scope("files:admin", implies(Write), unadvertised)]
    Admin,
    /// Share your files.
    #[scope("files:share")]
    Share,
}

#[requires_scope(FilesScope::Read)]
async fn read() {}

#[requires_scope("files:write", related("files:read", FilesScope::Share))]
async fn write() {}

#[requires_scope("files:read", also(FilesScope::Share, "files:admin"))]
async fn share(access: Access, Json(how): Json<String>) -> Result<&'static str, Rejection> {
    match how.as_str() {
        "public" => access.require(FilesScope::Share)?,
        "either" => access.require_any(["files:share", "files:admin"])?,
        "undeclared" => access.require("files:write")?,
        "none" => access.require_any([] as [&str; 0])?,
        "denied" => return Err(access.deny("Only the owner may share")),
        _ => {}
    }
    Ok("shared")
}

#[requires_scope("tenant:{tenant}:read")]
async fn tenant(Path(tenant): Path<String>) -> String {
    tenant
}

#[requires_scope(
    "files:read",
    any("tenant:{tenant}:write", "tenant:{tenant}:{name}:write"),
    also("tenant:{tenant}:share")
)]
async fn tenant_file(access: Access) -> Result<(), Rejection> {
    access.require("tenant:{tenant}:share")
}

#[requires_scope("a{{literal}}")]
async fn braces() {}

#[authenticated(also("files:share"))]
async fn any_token(access: Access) -> Result<(), Rejection> {
    access.require("files:share")
}

fn verifier() -> TestVerifier {
    [
        ("none", ""),
        ("read", "files:read"),
        ("write", "files:write"),
        ("admin", "files:admin"),
        ("share", "files:read files:share"),
        ("wild", "files:* tenant:acme:*"),
        ("acme", "tenant:acme:read"),
        ("other", "tenant:other:read"),
        ("file", "files:read tenant:acme:a.txt:write"),
        ("file-share", "files:read tenant:acme:a.txt:write tenant:acme:share"),
        ("braces", "a{literal}"),
    ]
    .into_iter()
    .fold(TestVerifier::new().expired("old"), |verifier, (token, scopes)| verifier.token(token, scopes))
}

fn gate() -> Gate {
    verifier().gate("https://h.example").unwrap()
}

fn router() -> Router {
    Router::new()
        .route("/read", get(read))
        .route("/write", get(write))
        .route("/share", post(share))
        .route("/any", get(any_token))
        .route("/braces", get(braces))
        .nest(
            "/tenants/{tenant}",
            Router::new().route("/", get(tenant)).route("/files/{name}", get(tenant_file)),
        )
}

/// Sends a request with a token, or without one if it is empty. Compares the status and the scopes of the challenge.
async fn check(app: &axum::Router, request: &str, token: &str, status: u16, asked: &str) -> Answer {
    let (header, content) = (format!("authorization: Bearer {token}"), "content-type: application/json");
    let headers: &[&str] = if token.is_empty() { &[content] } else { &[&header, content] };
    let (request, body) = request.split_once(" < ").unwrap_or((request, ""));
    let answer = scopegate_tests::exchange::send_body(app, request, headers, body.to_owned().into()).await;
    let scope = answer.headers.get("www-authenticate").map(scopegate_tests::challenge::parse);
    let scope = scope.and_then(|params| params.get("scope").cloned()).unwrap_or_default();
    assert_eq!((answer.status.as_u16(), scope.as_str()), (status, asked), "{request} {body} with {token:?}");
    answer
}

#[tokio::test]
async fn a_template_takes_the_value_of_the_path() {
    let app = router().protect(gate()).unwrap();
    check(&app, "GET /tenants/acme", "", 401, "tenant:acme:read").await;
    check(&app, "GET /tenants/acme", "bad", 401, "tenant:acme:read").await;
    check(&app, "GET /tenants/acme", "old", 401, "tenant:acme:read").await;
    check(&app, "GET /tenants/acme", "other", 403, "tenant:acme:read").await;
    assert_eq!(check(&app, "GET /tenants/acme", "acme", 200, "").await.body, "acme");
    check(&app, "GET /tenants/ACME", "acme", 403, "tenant:ACME:read").await;
    check(&app, "GET /tenants/acme/files/a.txt", "acme", 403, "files:read tenant:acme:write").await;
    check(&app, "GET /tenants/acme/files/b.txt", "file", 403, "files:read tenant:acme:write").await;
    check(
        &app,
        "GET /tenants/acme/files/a.txt",
        "file",
        403,
        "files:read tenant:acme:write tenant:acme:share",
    )
    .await;
    check(&app, "GET /tenants/acme/files/a.txt", "file-share", 200, "").await;
    check(&app, "GET /braces", "none", 403, "a{literal}").await;
    check(&app, "GET /braces", "braces", 200, "").await;
}

#[tokio::test]
async fn a_value_cannot_reach_into_the_rest_of_the_scope() {
    let app = router().protect(gate()).unwrap();
    for value in [
        "acme:read",
        "a%3Ab",
        "a%20b",
        "a%22b",
        "a,b",
        "%C3%A9",
        "a%0Ab",
        "*",
        "a+b",
        "a=b",
        "{tenant}",
        "%FF",
        "%00",
    ] {
        let request = format!("GET /tenants/{value}");
        check(&app, &request, "", 401, "").await;
        let answer = check(&app, &request, "acme", 400, "").await;
        assert_eq!(answer.challenge(), "", "{value}: a 400 without a challenge");
        assert!(answer.body.starts_with(r#"{"error":"invalid_request","#), "{}", answer.body);
    }
}

#[tokio::test]
async fn behind_a_layer_a_template_without_its_parameter_fails_closed() {
    let layer = gate().layer(scope_table![tenant]).unwrap();
    let app = axum::Router::new()
        .route("/tenants/{tenant}", axum::routing::get(tenant))
        .route("/all", axum::routing::get(tenant))
        .nest("/{tenant}", axum::Router::new().route("/{tenant}", axum::routing::get(tenant)))
        .layer(layer);
    check(&app, "GET /tenants/acme", "acme", 200, "").await;
    check(&app, "GET /tenants/acme", "other", 403, "tenant:acme:read").await;
    check(&app, "GET /all", "acme", 500, "").await;
    check(&app, "GET /acme/acme", "acme", 500, "").await;
}

#[test]
fn mistaken_templates_are_startup_errors() {
    let router =
        Router::<()>::new().route("/all", get(tenant)).route("/{tenant}/{name}/{tenant}", get(tenant_file));
    let problems = router.protect(gate()).unwrap_err().problems().to_vec();
    assert_eq!(
        problems[0],
        "`policy::tenant` needs `tenant:{tenant}:read`, but its path `/all` has no `{tenant}`"
    );
    assert!(problems[1].contains("has `{tenant}` twice; give them different names"), "{problems:?}");
}

#[tokio::test]
async fn implication_counts_when_judging_and_changes_nothing_of_the_challenge() {
    let app = router().protect(gate().vocabulary::<FilesScope>()).unwrap();
    for token in ["read", "write", "admin"] {
        check(&app, "GET /read", token, 200, "").await;
    }
    check(&app, "GET /write", "read", 403, "files:write").await;
    check(&app, "GET /write", "admin", 200, "").await;
    check(&app, "GET /read", "share", 200, "").await;
    check(&app, "GET /write", "share", 403, "files:write").await;

    let without = router().protect(gate()).unwrap();
    check(&without, "GET /read", "admin", 403, "files:read").await;

    let (admin, write) = (Scope::from_static("files:admin"), Scope::from_static("files:write"));
    let as_data = gate().implies([(admin, vec![write]), (write, vec![Scope::from_static("files:read")])]);
    let app = router().protect(as_data).unwrap();
    check(&app, "GET /read", "admin", 200, "").await;
}

#[tokio::test]
async fn wildcards_count_only_when_asked_for() {
    let app = router().protect(gate()).unwrap();
    check(&app, "GET /read", "wild", 403, "files:read").await;
    let app = router().protect(gate().wildcards(Wildcards::Prefixed)).unwrap();
    check(&app, "GET /read", "wild", 200, "").await;
    check(&app, "GET /tenants/acme", "wild", 200, "").await;
    check(&app, "GET /tenants/other", "wild", 403, "tenant:other:read").await;
}

#[test]
fn scopes_that_contradict_the_vocabulary_are_startup_errors() {
    #[requires_scope("files:raed", "files:read")]
    async fn misspelt() {}

    let (a, b) = (Scope::from_static("a"), Scope::from_static("b"));
    let gate = gate().vocabulary::<FilesScope>().floor([Scope::from_static("entirely:else")]);
    let error = Router::<()>::new().route("/", get(misspelt)).protect(gate.clone()).unwrap_err();
    assert_eq!(
        error.problems(),
        [
            "`policy::misspelt` names the scope `files:raed`, which no vocabulary has; did you mean `files:read`?",
            "the floor names the scope `entirely:else`, which no vocabulary has",
        ],
    );
    let circle = gate.implies([(a, [b]), (b, [a])]);
    let error = Router::<()>::new().protect(circle).unwrap_err();
    assert!(error.problems()[0].contains("`a` implies `b` implies `a`"), "{error}");
}

#[tokio::test]
async fn related_scopes_are_asked_for_and_never_enforced() {
    let app = router().protect(gate().strategy(Strategy::Recommended)).unwrap();
    check(&app, "GET /write", "", 401, "files:write").await;
    check(&app, "GET /write", "read", 403, "files:write files:read files:share").await;
    check(&app, "GET /write", "write", 200, "").await;
    check(&app, "GET /read", "none", 403, "files:read").await;
}

#[tokio::test]
async fn a_handler_demands_what_only_it_can_know() {
    let app = router().protect(gate()).unwrap();
    assert_eq!(check(&app, r#"POST /share < "private""#, "read", 200, "").await.body, "shared");
    check(&app, r#"POST /share < "public""#, "read", 403, "files:read files:share").await;
    check(&app, r#"POST /share < "public""#, "share", 200, "").await;
    check(&app, r#"POST /share < "either""#, "read", 403, "files:read files:share").await;
    check(&app, r#"POST /share < "either""#, "share", 200, "").await;
    check(&app, r#"POST /share < "undeclared""#, "share", 500, "").await;
    check(&app, r#"POST /share < "none""#, "share", 500, "").await;
    check(&app, "GET /any", "read", 403, "files:share").await;
    check(&app, "GET /any", "share", 200, "").await;

    let by_attribute = check(&app, "GET /read", "none", 403, "files:read").await;
    let by_handler = check(&app, r#"POST /share < "public""#, "read", 403, "files:read files:share").await;
    let expected = by_attribute.challenge().replace("files:read", "files:read files:share");
    assert_eq!(by_handler.challenge(), expected, "the same answer, from wherever it comes");
}

#[tokio::test]
async fn a_denial_is_no_call_for_more_scopes() {
    let app = router().protect(gate()).unwrap();
    let answer = check(&app, r#"POST /share < "denied""#, "share", 403, "").await;
    assert_eq!(answer.challenge(), "");
    assert_eq!(answer.body, r#"{"error":"access_denied","error_description":"Only the owner may share"}"#);
}

#[tokio::test]
async fn clients_ask_by_the_name_that_the_server_takes() {
    let gate = gate().asked_as(|scope| format!("api://files/{scope}"));
    let app = router().protect(gate).unwrap();
    check(&app, "GET /read", "none", 403, "api://files/files:read").await;
    check(&app, "GET /tenants/acme", "", 401, "api://files/tenant:acme:read").await;
    check(&app, "GET /read", "read", 200, "").await;
    let metadata = send(&app, "GET /.well-known/oauth-protected-resource", &[]).await;
    assert!(metadata.body.contains(r#""api://files/files:read""#), "{}", metadata.body);

    let error = router().protect(self::gate().asked_as(|scope| format!("my {scope}"))).unwrap_err();
    assert!(error.problems()[0].contains("clients would ask for `"), "{error}");
}

#[test]
fn the_metadata_names_what_it_should() {
    let routes = || {
        Router::<()>::new().route("/read", get(read)).route("/share", post(share)).route("/write", get(write))
    };
    let document = |gate: Gate| {
        let (_, discovery) = routes().split(gate.vocabulary::<FilesScope>()).unwrap();
        let document: serde_json::Value = serde_json::from_slice(discovery.document().unwrap()).unwrap();
        let _: axum::Router = well_known([discovery]).unwrap();
        document["scopes_supported"].clone()
    };
    let catalog = ["files:read", "files:share", "files:write"];
    assert_eq!(document(gate()), serde_json::json!(catalog), "files:admin is unadvertised");
    assert_eq!(document(gate().advertise(Advertise::Baseline)), serde_json::json!(["files:read"]));
    let floor = gate().advertise(Advertise::Baseline).floor([Scope::from_static("files:share")]);
    assert_eq!(document(floor), serde_json::json!(["files:read", "files:share"]));
}

#[test]
fn an_access_without_a_gate_judges_the_token_alone() {
    let token = Token::granting(GrantedScopes::parse("files:read files:share"));
    let access = Access::for_test(token, &scope_table![share]);
    assert!(access.require("files:share").is_ok());
    assert_eq!(access.require("files:admin").unwrap_err().reason(), Reason::InsufficientScope);
    assert_eq!(access.require("files:write").unwrap_err().reason(), Reason::Misconfigured, "undeclared");
    assert_eq!(access.deny("no").reason(), Reason::Denied);
    assert_eq!(Reason::Denied.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn an_access_tells_what_it_covers_and_refuses_nothing() {
    const SHARE: Requirement = requirement!("files:share");
    const TENANT: Requirement = requirement!("tenant:{tenant}:read");
    const OTHER: Requirement = requirement!("tenant:{other}:read");
    let token = Token::granting(GrantedScopes::parse("files:read tenant:acme:read"));
    let access = Access::for_test(token.clone(), &scope_table![share]);
    let (covered, log) = log_while(Level::TRACE, async { access.covers(&SHARE) }).await;
    assert_eq!((covered, &*log), (false, ""));
    assert!(!access.covers(FilesScope::Share) && access.covers(FilesScope::Read));
    assert!(
        access.covers(Scope::from_static("files:read"))
            && access.covers(ScopeToken::new("files:read").unwrap())
    );
    assert!(access.covers(&Requirement::AUTHENTICATED) && access.covers(&requirement!("files:read")));
    // Only a handler that declares the template knows the tenant of the path.
    assert!(!access.covers(&TENANT));
    let of =
        |value| Access::for_test(token.clone(), &scope_table![tenant]).with_parameters(&[("tenant", value)]);
    assert!(of("acme").covers(&TENANT));
    assert!(!of("globex").covers(&TENANT) && !of("..").covers(&TENANT) && !of("acme").covers(&OTHER));
}

#[requires_scope("tenant:{tenant}:read", also("tenant:{tenant}:admin"))]
async fn asks(access: Access) -> String {
    let [declared, undeclared] =
        [requirement!("tenant:{tenant}:admin"), requirement!("tenant:{tenant}:write")];
    format!("{} {}", access.covers(&declared), access.covers(&undeclared))
}

#[authenticated(also("tenant:{tenant}:read"))]
async fn demands(access: Access, scope: String) -> Result<(), Rejection> {
    access.require(scope)
}

/// Sends a request with a token, and returns the answer and the errors in the log.
async fn errors_of(app: &axum::Router, request: &str) -> (Answer, String) {
    let (request, body) = request.split_once(" < ").unwrap_or((request, ""));
    let sending = send_body(app, request, &["authorization: Bearer token"], body.to_owned().into());
    log_while(Level::WARN, sending).await
}

fn app(routes: Router) -> axum::Router {
    let tokens = TestVerifier::new().token("token", "tenant:acme:read tenant:acme:admin tenant:acme:write");
    routes.protect(tokens.gate("https://h.example").unwrap()).unwrap()
}

#[tokio::test]
async fn a_question_about_an_undeclared_template_is_logged() {
    hear_everything();
    let app = app(Router::new().route("/{tenant}", get(asks)));
    let (answer, log) = errors_of(&app, "GET /acme").await;
    assert_eq!(answer.body, "true false");
    let expected = "ERROR scopegate: `policy::asks` asks about the template `tenant:{tenant}:write` without declaring it, so no token covers it; \
                    name it in `also(..)`\n";
    assert_eq!(log, expected);
}

const READ_TENANT: Scope = Scope::from_static("tenant:{tenant}:read");

#[derive(Clone, Copy, Vocabulary)]
enum TenantScope {
    /// Read the data of a tenant.
    #[scope("tenant:{tenant}:read")]
    Read,
}

#[authenticated(also("a:{{b}}", "c:{c}"))]
async fn both_kinds() {}

#[tokio::test]
async fn a_scope_with_parameters_is_a_template() {
    hear_everything();
    let token = Token::granting(GrantedScopes::parse("tenant:acme:read a:{b} c:{c}"));
    let of =
        |value| Access::for_test(token.clone(), &scope_table![tenant]).with_parameters(&[("tenant", value)]);
    let (answers, log) = log_while(Level::TRACE, async {
        ["acme", "globex"].map(|value| {
            let access = of(value);
            let token = ScopeToken::new(READ_TENANT.as_str()).unwrap();
            [access.covers(READ_TENANT), access.covers(token), access.covers(TenantScope::Read)]
        })
    })
    .await;
    assert_eq!((answers, &*log), ([[true; 3], [false; 3]], ""));

    let write = Scope::from_static("tenant:{tenant}:write");
    let (covered, log) = log_while(Level::TRACE, async { of("acme").covers(write) }).await;
    assert!(!covered && log.contains("without declaring it"), "{log}");

    // The attribute names `a:{b}` as a scope.
    let access =
        Access::for_test(token, &scope_table![both_kinds]).with_parameters(&[("b", "x"), ("c", "x")]);
    let (covered, log) = log_while(Level::TRACE, async {
        [access.covers(Scope::from_static("a:{b}")), access.covers(Scope::from_static("c:{c}"))]
    })
    .await;
    assert_eq!((covered, &*log), ([true, false], ""));
}

#[tokio::test]
async fn an_undeclared_template_leaves_the_values_of_the_others() {
    const EITHER: Requirement = requirement!(any("tenant:{tenant}:write", "tenant:{tenant}:read"));
    const BOTH: Requirement = requirement!("tenant:{tenant}:write", "tenant:{tenant}:read");
    hear_everything();
    let token = Token::granting(GrantedScopes::parse("tenant:acme:read tenant:acme:write"));
    let access = Access::for_test(token, &scope_table![tenant]).with_parameters(&[("tenant", "acme")]);
    for (asked, expected) in [(EITHER, true), (BOTH, false)] {
        let (covered, log) = log_while(Level::TRACE, async { access.covers(&asked) }).await;
        assert_eq!(covered, expected, "{asked}");
        assert_eq!(
            log,
            "ERROR scopegate: `policy::tenant` asks about the template `tenant:{tenant}:write` without declaring it, \
             so no token covers it; name it in `also(..)`\n"
        );
    }
}

#[authenticated(also("tenant:{tenant}:read"))]
async fn asks_later(access: Access) -> String {
    access.covers(READ_TENANT).to_string()
}

async fn asks_early(access: Option<Access>, request: Request, next: Next) -> Response {
    let covers = access.is_some_and(|access| access.covers(READ_TENANT));
    assert!(!covers);
    next.run(request).await
}

#[tokio::test]
async fn a_question_about_a_template_without_values_is_logged() {
    const PATH: &str = "ERROR scopegate: `policy::asks_later` needs `tenant:{tenant}:read`, but its path lacks a parameter of this template, \
                        or has it twice\n";
    const MIDDLEWARE: &str = "ERROR scopegate: `policy::asks_later` has no values for the parameters of `tenant:{tenant}:read` \
                              before its guard runs; ask in the handler\n";
    hear_everything();
    let tokens = TestVerifier::new().token("token", "tenant:acme:read");
    let layer = tokens.clone().gate("https://h.example").unwrap().layer(scope_table![asks_later]).unwrap();
    let plain = axum::Router::new()
        .route("/", axum::routing::get(asks_later))
        .route("/{tenant}", axum::routing::get(asks_later))
        .layer(layer);
    for (request, expected, logged) in [("GET /", "false", PATH), ("GET /acme", "true", "")] {
        let (answer, log) = errors_of(&plain, request).await;
        assert_eq!((&*answer.body, &*log), (expected, logged), "{request}");
    }
    let early = get(asks_later.layer(axum::middleware::from_fn(asks_early)));
    let (answer, log) = errors_of(&app(Router::new().route("/{tenant}", early)), "GET /acme").await;
    assert_eq!((&*answer.body, &*log), ("true", MIDDLEWARE));
}

#[tokio::test]
async fn a_demand_for_the_value_of_a_template_is_told_to_pass_the_template() {
    const DECLARED: &str = ", which the attribute declares as `tenant:{tenant}:read`; pass this template as it is written there\n";
    const UNDECLARED: &str = " without declaring it; name it in `also(..)`\n";
    hear_everything();
    let app = app(Router::new().route("/{tenant}", post(demands)));
    let (answer, log) = errors_of(&app, "POST /acme < tenant:{tenant}:read").await;
    assert_eq!((answer.status, &*log), (StatusCode::OK, ""));
    for (scope, shown, why) in [
        ("tenant:acme:read", "tenant:acme:read", DECLARED),
        ("tenant:other:read", "tenant:other:read", DECLARED),
        ("tenant:acme:write", "tenant:acme:write", UNDECLARED),
        ("a\n\u{1b}[2J", "a\\n\\u{1b}[2J", UNDECLARED),
    ] {
        let (answer, log) = errors_of(&app, &format!("POST /acme < {scope}")).await;
        assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(log, format!("ERROR scopegate: `policy::demands` demands the scope `{shown}`{why}"));
        assert!(!answer.body.contains("demands"), "{answer:?}");
    }
}

/// `Debug` names the mistake. The answer does not.
#[tokio::test]
async fn a_test_without_parameters_learns_why_it_fails() {
    const FAULT: &str = "`policy::asks` lacks a value for a parameter of `tenant:{tenant}:read`; in a test, set `tenant` with `Access::with_parameters`";
    const READ: Requirement = requirement!("tenant:{tenant}:read");
    hear_everything();
    let token = Token::granting(GrantedScopes::parse("tenant:acme:read tenant:acme:admin"));
    let access = Access::for_test(token, &scope_table![asks]);
    let refused = access.require("tenant:{tenant}:admin").unwrap_err();
    assert_eq!(
        format!("{refused:?}"),
        format!("Rejection {{ reason: Misconfigured, scopes: [], fault: {FAULT:?}, .. }}"),
    );
    let body = to_bytes(refused.into_response().into_body(), 1000).await.unwrap();
    assert!(!str::from_utf8(&body).unwrap().contains("tenant"));

    for access in [access.clone(), access.clone().with_parameters(&[("tenat", "acme")])] {
        let (covered, log) = log_while(Level::TRACE, async { access.covers(&READ) }).await;
        assert_eq!((covered, log), (false, format!("ERROR scopegate: {FAULT}\n")));
    }
    let access = access.with_parameters(&[("tenant", "acme")]);
    assert!(access.covers(&READ) && access.require("tenant:{tenant}:admin").is_ok());
}

/// Scopes of tenants.
#[derive(Clone, Copy, Vocabulary)]
enum Company {
    /// See the projects of a tenant.
    #[scope("tenant:{tenant}:projects")]
    Projects,
    /// Change the projects of a tenant.
    #[scope("tenant:{tenant}:edit")]
    Edit,
    /// Everything.
    #[scope("admin")]
    Admin,
}

const OWN: Scope = Scope::from_static("own:{tenant}");
const BY_NAME: Requirement = requirement!(Company::Projects);

#[requires_scope(Company::Projects)]
async fn by_variant() {}

#[requires_scope(any(all(Company::Projects, Company::Edit), Company::Admin), also(OWN), related(OWN))]
async fn by_group(access: Access) -> Result<(), Rejection> {
    access.require_any([OWN])
}

#[requires_scope(BY_NAME)]
async fn by_requirement() {}

#[authenticated(also(Company::Edit))]
async fn by_demand(access: Access) -> Result<(), Rejection> {
    access.require(Company::Edit)
}

#[tokio::test]
async fn a_constant_with_a_parameter_is_a_template_in_an_attribute() {
    const LITERAL: &str = "tenant:{tenant}:projects tenant:{tenant}:edit own:{tenant}";
    let gate = [("literal", LITERAL), ("acme", "tenant:acme:projects tenant:acme:edit own:acme")]
        .into_iter()
        .fold(TestVerifier::new(), |verifier, (token, scopes)| verifier.token(token, scopes))
        .gate("https://h.example")
        .unwrap();
    let routes = Router::new()
        .route("/{tenant}/variant", get(by_variant))
        .route("/{tenant}/group", get(by_group))
        .route("/{tenant}/requirement", get(by_requirement))
        .route("/{tenant}/demand", get(by_demand))
        .route("/{tenant}/guarded", get(guarded(OWN.into(), async || ())));
    let app = routes.protect(gate).unwrap();
    for (path, asked) in [
        ("variant", "tenant:{}:projects"),
        ("group", "tenant:{}:projects tenant:{}:edit"),
        ("requirement", "tenant:{}:projects"),
        ("demand", "tenant:{}:edit"),
        ("guarded", "own:{}"),
    ] {
        let asked = |tenant: &str| asked.replace("{}", tenant);
        check(&app, &format!("GET /acme/{path}"), "acme", 200, "").await;
        check(&app, &format!("GET /other/{path}"), "acme", 403, &asked("other")).await;
        check(&app, &format!("GET /acme/{path}"), "literal", 403, &asked("acme")).await;
        // The group has an alternative without a template.
        let (status, asked) = if path == "group" { (403, "admin") } else { (400, "") };
        check(&app, &format!("GET /a%20b/{path}"), "acme", status, asked).await;
    }
}

#[test]
fn a_template_that_is_a_constant_needs_its_parameter() {
    let problems = Router::<()>::new().route("/all", get(by_variant)).protect(gate()).unwrap_err();
    let expected =
        "`policy::by_variant` needs `tenant:{tenant}:projects`, but its path `/all` has no `{tenant}`";
    assert_eq!(problems.problems(), [expected]);
}

#[test]
fn a_template_is_never_published() {
    let routes =
        || Router::<()>::new().route("/{tenant}", get(by_variant)).route("/{tenant}/x", get(by_group));
    for advertise in [Advertise::Catalog, Advertise::Baseline] {
        let gate = gate().vocabulary::<Company>().advertise(advertise);
        let metadata = serde_json::to_string(&gate.metadata(&routes().table()).unwrap()).unwrap();
        assert!(!metadata.contains("{tenant}"), "{metadata}");
    }
}

#[test]
fn the_floor_and_implications_name_no_template() {
    let problems = |gate: Gate| gate.layer(ScopeTable::default()).unwrap_err().problems().to_vec();
    let floor = "the floor names the template `tenant:{tenant}:edit`, but not every path has values for the parameters; \
                 name the template in the attributes of the handlers, or in `Router::requiring`";
    assert_eq!(problems(gate().vocabulary::<Company>().floor([Company::Edit])), [floor]);
    let implied = |scope: &str, implied: &str| {
        format!(
            "`{scope}` implies `{implied}`, but an implication cannot name a template; \
             write `any(\"{implied}\", \"{scope}\")` in the attributes that name `{implied}`"
        )
    };
    let admin = gate().implies([(Company::Admin, [Company::Edit])]);
    assert_eq!(problems(admin), [implied("admin", "tenant:{tenant}:edit")]);
    let edit = gate().implies([(Company::Edit, [Company::Projects])]);
    assert_eq!(problems(edit), [implied("tenant:{tenant}:edit", "tenant:{tenant}:projects")]);
    // A scope that a template can become is an ordinary scope.
    let acme = [(Scope::from_static("support"), [Scope::from_static("tenant:acme:edit")])];
    assert!(gate().implies(acme).layer(ScopeTable::default()).is_ok());
}

#[test]
fn a_scope_with_braces_and_a_template_are_written_differently() {
    let [scope, template]: [Requirement; 2] = ["t:{{x}}", "t:{x}"].map(|text| text.parse().unwrap());
    assert_eq!(scope, requirement!("t:{{x}}"));
    assert_eq!(template, requirement!("t:{x}"));
    assert_ne!(scope, template);
    for requirement in [scope, template] {
        assert_eq!(requirement.alternatives(), [["t:{x}"]]);
        assert_eq!(requirement.to_string().parse(), Ok(requirement));
    }
    assert_eq!(Requirement::from(Scope::from_static("t:{x}")), requirement!("t:{x}"));
    assert!(scope_table![braces].to_string().ends_with("a{{literal}}\n"));
}
