//! Resource families: one gate, and a resource for each path.

mod family;

use std::future::ready;

use axum::{
    Router as Plain,
    extract::{OriginalUri, Path, Request},
    http::Uri,
    middleware::{Next, from_fn, map_request},
    routing::get as plain_get,
};
use family::ForOne;
use rmcp::{ServerHandler, tool, tool_handler};
use scopegate::{
    Access, Discovery, Gate, Rejection, Resource, Router, authenticated,
    mcp::Operation,
    mcp_table, public, requirement, requires_scope,
    routing::{get, post},
    scope_table, scoped_tools, well_known,
};
use scopegate_tests::{
    exchange::{Answer, send},
    issuer::{Issuer, Key},
    log::{hear_everything, log_while},
    mcp::{post_to, request},
};
use serde_json::json;
use tower::Layer;
use tracing::Level;

const PATTERN: &str = "https://h.example/mcp/{org}/{project}";
const ACME: &str = "https://h.example/mcp/acme/site";
const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

#[requires_scope("files:read", "org:{org}:member", also("project:{project}:admin"))]
async fn read(Path((org, project)): Path<(String, String)>, access: Access) -> Result<String, Rejection> {
    let resource = access.resource().expect("the gate has a resource");
    assert_eq!(resource.parameter("org"), Some(org.as_str()));
    assert_eq!(resource.parameter("project"), Some(project.as_str()));
    if project == "admin" {
        access.require("project:{project}:admin")?;
    }
    Ok(resource.identifier().to_owned())
}

#[authenticated]
async fn whoami(access: Access) -> String {
    access.resource().expect("the gate has a resource").identifier().to_owned()
}

#[public]
async fn about(access: Option<Access>) -> String {
    access.and_then(|access| Some(access.resource()?.identifier().to_owned())).unwrap_or_default()
}

fn tokens() -> ForOne {
    ForOne::default()
        .token("acme", ACME, "files:read org:acme:member")
        .token("weak", ACME, "other")
        // A token for a resource of this organization, with the scopes of another.
        .token("mixed", ACME, "files:read org:globex:member")
        .token("globex", "https://h.example/mcp/globex/site", "files:read org:globex:member")
        .token("twin", "https://h.example/mcp/acme/site/", "files:read org:acme:member")
        .token("admin", "https://h.example/mcp/acme/admin", "files:read org:acme:member")
        .token("pattern", PATTERN, "files:read org:acme:member")
        .token("dots", "https://h.example/mcp/acme/..", "files:read org:acme:member")
}

fn project() -> Router {
    let files = Router::new().route("/", get(read)).route("/{name}/{version}", get(whoami));
    Router::new().route("/", get(whoami)).route("/about", get(about)).nest("/files", files)
}

fn routes() -> Router {
    let slash = Router::new().route("/mcp/{org}/{project}/", get(whoami));
    Router::new().nest("/mcp/{org}/{project}", project()).merge(slash).route("/health", get(about))
}

fn app() -> Plain {
    routes().protect(tokens().gate(PATTERN)).unwrap()
}

fn challenge(parameters: &str, resource: &str) -> String {
    let path = resource.strip_prefix("https://h.example").expect("a resource of this host");
    format!(
        r#"Bearer {parameters}resource_metadata="https://h.example/.well-known/oauth-protected-resource{path}""#
    )
}

async fn with(app: &Plain, target: &str, token: &str) -> Answer {
    let authorization = format!("authorization: Bearer {token}");
    let headers: &[&str] = if token.is_empty() { &[] } else { &[&authorization] };
    send(app, target, headers).await
}

#[track_caller]
fn is_unknown(answer: &Answer, target: &str) {
    assert_eq!((answer.status.as_u16(), answer.challenge()), (404, ""), "{target}");
    assert_eq!(answer.json()["error"], "not_found", "{target}");
}

/// Paths that belong to no resource of the family.
const ILLEGAL: &[&str] = &[
    "/mcp/./site/files",
    "/mcp/../site/files",
    "/mcp/%2e%2e/site/files",
    "/mcp/acme/%2E/files",
    "/mcp//site/files",
    "/mcp/acme//files",
    "/mcp/acme%2Fsite/x/files",
    "/mcp/ac%6De/site/files",
    "/mcp/acme/si%74e/files",
    "/mcp/acme/a:b/files",
    "/mcp/acme/a%20b/files",
    "/mcp/acme/a%22b/files",
    "/mcp/acme/a,b/files",
    "/mcp/acme/a=b/files",
    "/mcp/acme/%7Bproject%7D/files",
    "/mcp/acme/%C3%A9/files",
    "/mcp/acme/%FF/files",
    "/mcp/acme/a;v=1/files",
    "/mcp/acme/a*/files",
];

#[test]
fn a_path_names_one_resource_or_none() {
    let check = |pattern: &str, path: &str, expected: Option<&str>| {
        let member = Resource::family(pattern).unwrap().at(path);
        assert_eq!(member.as_ref().map(Resource::identifier), expected, "{pattern} {path}");
        if let Some(member) = member {
            // Every resource made from a path could have been written by hand.
            let by_hand = Resource::new(member.identifier()).unwrap();
            assert_eq!(by_hand.metadata_url(), member.metadata_url());
            assert!(!member.is_family() && member.at(path).is_none());
        }
    };
    for (path, expected) in [
        ("/mcp/acme/site", Some(ACME)),
        ("/mcp/acme/site/", Some(ACME)),
        ("/mcp/acme/site/files/1", Some(ACME)),
        ("/mcp/acme/site//", Some(ACME)),
        ("/mcp/Acme/site", Some("https://h.example/mcp/Acme/site")),
        ("/mcp/a.b_c~d-e/...", Some("https://h.example/mcp/a.b_c~d-e/...")),
        ("/mcp/acme", None),
        ("/mcp/acme/", None),
        ("/MCP/acme/site", None),
        ("/%6Dcp/acme/site", None),
        ("/other/acme/site", None),
        ("//mcp/acme/site", None),
        ("mcp/acme/site", None),
        ("*", None),
        ("", None),
    ] {
        check(PATTERN, path, expected);
    }
    for path in ILLEGAL {
        check(PATTERN, path, None);
    }
    check("https://h.example/{t}/mcp", "/acme/mcp/x", Some("https://h.example/acme/mcp"));
    check("https://h.example/{t}/mcp", "/acme/other", None);
    check("https://h.example/{t}/", "/acme/x", Some("https://h.example/acme/"));
    check("https://h.example/{t}/", "/acme", None);
    check("https://h.example/{t}", "/acme", Some("https://h.example/acme"));
    check("http://localhost:3000/{t}", "/acme", Some("http://localhost:3000/acme"));
    let longest = "a".repeat(1024);
    check(PATTERN, &format!("/mcp/acme/{longest}"), Some(&format!("https://h.example/mcp/acme/{longest}")));
    check(PATTERN, &format!("/mcp/acme/{longest}a"), None);
    check(PATTERN, &format!("/mcp/{longest}/{longest}"), None);
    assert!(Resource::new("https://h.example/mcp").unwrap().at("/mcp").is_none());
}

#[test]
fn a_pattern_that_names_no_family_is_refused() {
    const SEGMENT: &str = "write a parameter as a whole segment of the path, as in `https://h.example/mcp/{org}`, named with letters, digits and `_`";
    const NONE: &str =
        "a family has a parameter such as `{org}` in its path; use `Resource::new` for one resource";
    for (pattern, fault) in [
        ("https://h.example/mcp", NONE),
        ("https://h.example", NONE),
        ("https://{tenant}.example/mcp", SEGMENT),
        ("https://{tenant}.example/{org}", SEGMENT),
        ("https://h.example/{org}.json", SEGMENT),
        ("https://h.example/{a}-{b}", SEGMENT),
        ("https://h.example/{*rest}", SEGMENT),
        ("https://h.example/{}", SEGMENT),
        ("https://h.example/{a b}", SEGMENT),
        ("https://h.example/{{org}}", SEGMENT),
        ("https://h.example/{org", SEGMENT),
        ("https://h.example/{a}/x/{a}", "give each parameter of a family a different name"),
        ("https://h.example/{a}?t=1", "a family has no query; remove `?` and the text after it"),
        ("https://h.example/{a}#top", SEGMENT),
        ("https://h.example/{a}/#top", "remove `#` and the text after it"),
        ("http://h.example/{a}", "use `https`; `http` is for loopback hosts such as `127.0.0.1`"),
        ("h.example/{a}", "write an absolute `https` URL, as in `https://api.example.com/mcp`"),
        (
            "https://h.example/{a}/../b",
            "remove the segments `.` and `..`; clients resolve them before they send a request",
        ),
        ("https://H.example:443/{a}", "write `https://h.example/{a}`, the form that clients send"),
        (
            "https://h.example/{a}/scope=b",
            "remove `scope=` and other parameters of a challenge, since clients search the whole challenge for them",
        ),
    ] {
        let error = Resource::family(pattern).expect_err(pattern).to_string();
        assert!(
            error.starts_with("invalid resource family \"") && error.ends_with(fault),
            "{pattern}: {error}"
        );
    }
}

#[tokio::test]
async fn each_resource_has_its_own_tokens_and_challenges() {
    let app = app();
    let all = r#"scope="files:read org:acme:member", "#;
    let lacks = format!(r#"error="insufficient_scope", {all}"#);
    for (target, token, status, expected) in [
        ("GET /mcp/acme/site/files", "", 401, challenge(all, ACME)),
        ("GET /mcp/acme/site/", "", 401, challenge("", ACME)),
        ("GET /mcp/acme/site/files", "acme", 200, ACME.to_owned()),
        ("HEAD /mcp/acme/site/files", "acme", 200, String::new()),
        ("GET /mcp/acme/site/files?org=globex", "acme", 200, ACME.to_owned()),
        ("GET /mcp/acme/site/", "acme", 200, ACME.to_owned()),
        ("GET /mcp/acme/site/files/a/..", "acme", 200, ACME.to_owned()),
        ("GET /mcp/acme/site/about", "acme", 200, ACME.to_owned()),
        ("GET /mcp/acme/site/about", "", 200, String::new()),
        ("GET /mcp/globex/site/files", "globex", 200, "https://h.example/mcp/globex/site".to_owned()),
        ("GET /health", "", 200, String::new()),
        ("GET /mcp/acme/site/files", "weak", 403, challenge(&lacks, ACME)),
        ("GET /mcp/acme/site/files", "mixed", 403, challenge(&lacks, ACME)),
        (
            "GET /mcp/acme/admin/files",
            "admin",
            403,
            challenge(
                r#"error="insufficient_scope", scope="files:read org:acme:member project:admin:admin", "#,
                "https://h.example/mcp/acme/admin",
            ),
        ),
    ] {
        let answer = with(&app, target, token).await;
        let found = if status == 200 { answer.body.as_str() } else { answer.challenge() };
        let found = found.split_once(", error_description").map_or(found, |(found, _)| found);
        assert_eq!((answer.status.as_u16(), found), (status, expected.as_str()), "{target} {token}");
    }
    // The token is for another resource or for the pattern, is unknown, or is sent to a path without a resource.
    for (target, token) in [
        ("GET /mcp/globex/site/files", "acme"),
        ("GET /mcp/acme/site/files", "globex"),
        ("GET /mcp/acme/other/files", "acme"),
        ("GET /mcp/Acme/site/files", "acme"),
        ("GET /mcp/acme/site/files", "twin"),
        ("GET /mcp/acme/site/files", "pattern"),
        ("GET /mcp/acme/site/about", "globex"),
        ("GET /mcp/acme/site/files", "unknown"),
        ("GET /health", "acme"),
    ] {
        let answer = with(&app, target, token).await;
        assert_eq!(answer.status, 401, "{target} {token}");
        assert!(answer.challenge().contains(r#"error="invalid_token""#), "{target} {token}");
        assert!(!answer.challenge().contains(['{', '}']), "{target} {token}");
    }
}

#[tokio::test]
async fn an_illegal_value_reaches_no_handler() {
    let app = app();
    let longest = "a".repeat(1024);
    let long = format!("/mcp/{longest}/{longest}/files");
    for path in ILLEGAL.iter().copied().chain([long.as_str()]) {
        // The longest path matches the route but is too long for a resource. In the others, a parameter has an illegal
        // value or none.
        for token in ["", "acme", "dots"] {
            let target = format!("GET {path}");
            let answer = with(&app, &target, token).await;
            // An empty segment does not match a parameter of axum.
            if answer.body.is_empty() {
                assert_eq!(answer.status, 404, "{target}");
            } else {
                is_unknown(&answer, &target);
            }
        }
    }
    // The same holds for a public operation.
    is_unknown(&with(&app, "GET /mcp/acme/a:b/about", "").await, "about");
}

#[tokio::test]
async fn the_metadata_is_that_of_one_resource() {
    let app = app();
    for (path, resource) in [("/mcp/acme/site", ACME), ("/mcp/x/..y", "https://h.example/mcp/x/..y")] {
        let target = format!("{WELL_KNOWN}{path}");
        let answer = send(&app, &format!("GET {target}?org=globex"), &["host: evil.example"]).await;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(
            answer.json(),
            json!({
                "resource": resource,
                "authorization_servers": ["https://auth.example.com"],
                "scopes_supported": ["files:read"],
                "bearer_methods_supported": ["header"],
            }),
        );
        let head = send(&app, &format!("HEAD {target}"), &[]).await;
        assert_eq!((head.status.as_u16(), head.header("etag")), (200, answer.header("etag")));
        assert_eq!(
            (head.body.as_str(), head.header("content-length")),
            ("", answer.body.len().to_string().as_str())
        );
        let known = format!("if-none-match: {}", answer.header("etag"));
        assert_eq!(send(&app, &format!("GET {target}"), &[&known]).await.status, 304);
        assert_eq!(send(&app, &format!("POST {target}"), &[]).await.status, 405);
        assert_eq!(send(&app, &format!("OPTIONS {target}"), &[]).await.status, 204);
    }
    for path in
        ["", "/", "/mcp", "/mcp/acme", "/mcp/acme/", "/mcp/acme/site/", "/mcp/acme/site/files", "/other/a/b"]
    {
        is_unknown(&send(&app, &format!("GET {WELL_KNOWN}{path}"), &[]).await, path);
    }
    for path in ILLEGAL {
        let path = path.strip_suffix("/files").expect("it ends so");
        let answer = send(&app, &format!("GET {WELL_KNOWN}{path}"), &[]).await;
        is_unknown(&answer, path);
        assert_eq!(answer.header("content-type"), "application/json");
    }
}

#[tokio::test]
async fn the_host_changes_nothing() {
    let app = app();
    for headers in [
        &["host: evil.example"][..],
        &["host: evil.example", "x-forwarded-host: evil.example", "x-forwarded-prefix: /mcp/globex/site"],
        &["forwarded: host=evil.example;proto=http", "x-original-url: /mcp/globex/site/files"],
    ] {
        let answer = send(&app, "GET /mcp/acme/site/", headers).await;
        assert_eq!(answer.challenge(), challenge("", ACME), "{headers:?}");
        let headers = [headers, &["authorization: Bearer globex"]].concat();
        assert_eq!(send(&app, "GET /mcp/acme/site/files", &headers).await.status, 401, "{headers:?}");
    }
    let absolute = send(&app, "GET https://evil.example/mcp/acme/site/", &[]).await;
    assert_eq!(absolute.challenge(), challenge("", ACME));
}

/// For every nesting of routers, the original path of the request decides.
#[tokio::test]
async fn nesting_changes_nothing() {
    let split = |gate: Gate| project().split(gate).unwrap();
    let (api, discovery) = split(tokens().gate(PATTERN));
    let nested = well_known([discovery]).unwrap().nest("/mcp/{org}/{project}", api);
    let (api, discovery) = split(tokens().gate(PATTERN));
    let twice = Plain::new().nest("/{project}", api);
    let twice = well_known([discovery]).unwrap().nest("/mcp/{org}", twice);
    let layer = tokens().gate(PATTERN).layer(scope_table![read, whoami]).unwrap();
    let plain =
        || Plain::new().route("/", plain_get(whoami)).route("/files", plain_get(read)).layer(layer.clone());
    let layered = layer.well_known().nest("/mcp/{org}/{project}", plain());
    let service = layer.well_known().nest("/mcp/{org}/{project}", Plain::new().fallback_service(plain()));
    let outside = Plain::new().nest(
        "/mcp/{org}/{project}",
        Plain::new().route("/", plain_get(whoami)).route("/files", plain_get(read)),
    );
    let outside = layer.well_known().merge(outside.layer(layer.clone()));
    for (how, app) in
        [("split", nested), ("twice", twice), ("layer", layered), ("service", service), ("outside", outside)]
    {
        let answer = with(&app, "GET /mcp/acme/site/files", "acme").await;
        assert_eq!((answer.status.as_u16(), answer.body.as_str()), (200, ACME), "{how}");
        for (token, status) in [("", 401), ("globex", 401), ("weak", 403), ("mixed", 403)] {
            let answer = with(&app, "GET /mcp/acme/site/files", token).await;
            assert_eq!(answer.status, status, "{how} {token}");
            let metadata = format!(r#"resource_metadata="https://h.example{WELL_KNOWN}/mcp/acme/site""#);
            assert!(answer.challenge().contains(&metadata), "{how} {token}");
        }
        is_unknown(&with(&app, "GET /mcp/acme/a:b/files", "acme").await, how);
        let document = send(&app, &format!("GET {WELL_KNOWN}/mcp/acme/site"), &[]).await;
        assert_eq!(document.json()["resource"], ACME, "{how}");
    }
}

#[tokio::test]
async fn the_layer_answers_outside_of_the_family() {
    let layer = tokens().gate(PATTERN).layer(scope_table![whoami]).unwrap();
    let app = Plain::new().route("/other", plain_get(whoami)).fallback(whoami).layer(layer);
    for target in ["GET /other", "POST /", "GET /mcp/acme"] {
        is_unknown(&with(&app, target, "acme").await, target);
    }
    assert_eq!(with(&app, "GET /mcp/acme/site/none", "acme").await.body, ACME);
}

const WRITE: scopegate::Requirement = requirement!("files:write", "org:{org}:member");
const TABLE: scopegate::mcp::McpTable = mcp_table![Operation::tool("write_file", WRITE)];

fn call(tool: &str) -> String {
    request("tools/call", &json!({ "name": tool }))
}

struct Files;

#[scoped_tools]
impl Files {
    /// Writes a file.
    #[requires_scope("files:write", "org:{org}:member", also("project:{project}:admin"))]
    #[tool]
    async fn write_file(&self, access: Access) -> Result<String, Rejection> {
        let resource = access.resource().expect("the gate has a resource");
        if resource.parameter("project") == Some("admin") {
            access.require("project:{project}:admin")?;
        }
        Ok(resource.identifier().to_owned())
    }

    /// Says who calls.
    #[authenticated]
    #[tool]
    async fn whose(&self, access: Access) -> String {
        access.resource().map(|resource| resource.identifier().to_owned()).unwrap_or_default()
    }
}

#[tool_handler]
impl ServerHandler for Files {}

async fn rpc(
    access: Access,
    axum::Json(request): axum::Json<serde_json::Value>,
) -> axum::Json<serde_json::Value> {
    let resource = access.resource().map(|resource| resource.identifier().to_owned());
    axum::Json(json!({ "jsonrpc": "2.0", "id": request["id"], "result": resource }))
}

fn writers() -> ForOne {
    ForOne::default()
        .token("acme", ACME, "files:write org:acme:member")
        .token("mixed", ACME, "files:write org:globex:member")
        .token("admin", "https://h.example/mcp/acme/admin", "files:write org:acme:member")
        .token("globex", "https://h.example/mcp/globex/site", "files:write org:globex:member")
}

#[tokio::test]
async fn tools_take_the_scopes_of_the_path() {
    let layer = writers().gate(PATTERN).mcp_layer(TABLE).unwrap();
    let service = Plain::new().route("/mcp/{org}/{project}", axum::routing::post(rpc)).layer(layer.clone());
    let layered = layer.well_known().merge(service);
    let inner = Plain::new().route("/", axum::routing::post(rpc)).layer(layer.clone());
    let nested = layer.well_known().nest("/mcp/{org}/{project}", inner);
    let server = writers().gate(PATTERN).mcp(|| Files).unwrap();
    for (how, app) in [("layer", layered), ("nested", nested), ("rmcp", server)] {
        let answer = async |path: &str, token: &str| {
            post_to(&app, path, token, &["host: h.example"], call("write_file")).await
        };
        for (path, token, resource) in [
            ("/mcp/acme/site", "acme", ACME),
            ("/mcp/globex/site", "globex", "https://h.example/mcp/globex/site"),
        ] {
            let answer = answer(path, token).await;
            assert_eq!(answer.status, 200, "{how} {path}: {}", answer.body);
            assert!(answer.body.contains(resource), "{how} {path}: {}", answer.body);
        }
        for (token, status) in [("", 401), ("globex", 401), ("mixed", 403)] {
            let answer = answer("/mcp/acme/site", token).await;
            assert_eq!(answer.status, status, "{how} {token}: {}", answer.body);
            let metadata = format!(r#"resource_metadata="https://h.example{WELL_KNOWN}/mcp/acme/site""#);
            assert!(answer.challenge().contains(&metadata), "{how} {token}");
            let scope = r#"scope="files:write org:acme:member""#;
            assert_eq!(answer.challenge().contains(scope), status == 403, "{how} {token}");
        }
        for path in ["/mcp/ac%6De/site", "/mcp/acme/a:b", "/mcp/acme/..", "/mcp/acme/a%2Fb"] {
            let answer = answer(path, "acme").await;
            assert_eq!((answer.status.as_u16(), answer.challenge()), (404, ""), "{how} {path}");
            assert_eq!(
                answer.json()["error"]["message"],
                "There is no resource at this path",
                "{how} {path}"
            );
        }
        let document = send(&app, &format!("GET {WELL_KNOWN}/mcp/acme/site"), &[]).await;
        assert_eq!(document.json()["resource"], ACME, "{how}");
    }
    let server = writers().gate(PATTERN).mcp(|| Files).unwrap();
    let whose = post_to(&server, "/mcp/acme/site", "acme", &["host: h.example"], call("whose")).await;
    assert!(whose.body.contains(ACME), "{}", whose.body);
    // The parameters of the tool's own demand are filled in, too.
    let demanded =
        post_to(&server, "/mcp/acme/admin", "admin", &["host: h.example"], call("write_file")).await;
    let refusal = &demanded.json()["error"];
    assert_eq!(refusal["code"], 403, "{}", demanded.body);
    assert_eq!(refusal["data"]["scope"], "files:write org:acme:member project:admin:admin");
    let challenge = refusal["data"]["www_authenticate"][0].as_str().unwrap();
    assert!(challenge.contains("/.well-known/oauth-protected-resource/mcp/acme/admin\""), "{challenge}");
    // Only the family's own host is accepted.
    let foreign = post_to(&server, "/mcp/acme/site", "acme", &["host: evil.example"], call("whose")).await;
    assert_eq!(foreign.status, 403);
}

#[tokio::test]
async fn two_resources_of_one_family_refuse_each_others_tokens() {
    let issuer = Issuer::publishing(&[Key::shared()]).await;
    let family = Resource::family(PATTERN).unwrap().authorization_server(issuer.id()).unwrap();
    let app = routes().protect(Gate::issuers(family, scopegate::Issuer::new(issuer.id()))).unwrap();
    let resources = ["/mcp/acme/site", "/mcp/globex/site", "/mcp/acme/site2", "/mcp/site/acme"];
    let scopes = "files:read org:acme:member org:globex:member org:site:member";
    for own in resources {
        let token = Key::shared().mint(&issuer.claims(&format!("https://h.example{own}"), scopes));
        for other in resources {
            let status = with(&app, &format!("GET {other}/files"), &token).await.status;
            assert_eq!(status, if own == other { 200 } else { 401 }, "{own} {other}");
        }
    }
    for audience in [
        PATTERN,
        "https://h.example/mcp/acme",
        "https://h.example/mcp/acme/",
        "https://h.example",
        "https://h.example/mcp/acme/site/files",
    ] {
        let token = Key::shared().mint(&issuer.claims(audience, scopes));
        assert_eq!(with(&app, "GET /mcp/acme/site/files", &token).await.status, 401, "{audience}");
    }
}

/// Replaces the path of a request, and with `whole` also the original path that the gate reads.
fn exchanged(mut request: Request, whole: bool) -> Request {
    let path: Uri = "/mcp/globex/site/files".parse().unwrap();
    if whole {
        request.extensions_mut().insert(OriginalUri(path.clone()));
    }
    *request.uri_mut() = path;
    request
}

#[tokio::test]
async fn a_verification_is_of_one_resource() {
    let tokens = tokens();
    let asked = tokens.asked.clone();
    let gate = tokens.gate(PATTERN);
    let inner = || routes().protect(gate.clone()).unwrap();
    let outer = |service: Plain| Plain::new().fallback_service(gate.authenticate().layer(service));
    let exchanging = |whole| {
        let exchange = map_request(move |request: Request| ready(exchanged(request, whole)));
        outer(Plain::new().fallback_service(exchange.layer(inner())))
    };
    let status =
        async |app: &Plain, token| with(app, "GET /mcp/acme/site/files", token).await.status.as_u16();

    assert_eq!((status(&outer(inner()), "acme").await, asked.get()), (200, 1), "verified once");
    assert_eq!(
        (status(&exchanging(true), "acme").await, asked.get()),
        (401, 3),
        "the token is verified for each resource"
    );
    assert_eq!((status(&exchanging(true), "globex").await, asked.get()), (200, 5));
    // The original path belongs to one resource, but the handler would see the values of another.
    for token in ["acme", "globex"] {
        assert_eq!(status(&exchanging(false), token).await, 500, "{token}");
    }
    // A middleware that reads the caller's access, at a path where no token can be valid.
    let note = |access: Option<Access>, request: Request, next: Next| async move {
        assert!(access.is_none());
        next.run(request).await
    };
    let app = outer(Plain::new().fallback(plain_get(async || "open")).layer(from_fn(note)));
    assert_eq!(with(&app, "GET /elsewhere", "acme").await.body, "open");
}

const UNKNOWN: scopegate::mcp::McpTable =
    mcp_table![Operation::tool("t", requirement!("tenant:{tenant}:read"))];

#[test]
fn what_cannot_work_is_said_at_startup() {
    let problems =
        |routes: Router, gate: Gate| routes.protect(gate).map(|_| ()).unwrap_err().problems().to_vec();
    let gate = || tokens().gate(PATTERN);
    assert_eq!(
        problems(routes(), gate().metadata_at_root()),
        [
            "`https://h.example/mcp/{org}/{project}` is a family, so the document at the root could not describe all of its resources; remove `.metadata_at_root()`"
        ],
    );
    let outside = Router::new().route("/whoami", get(whoami)).route("/mcp/{org}", post(whoami));
    let say = |path: &str| {
        format!(
            "`resource_family::whoami` is mounted at `{path}`, and no token can be valid there: the resources of `{PATTERN}` are below `/mcp/{{org}}/{{project}}`"
        )
    };
    assert_eq!(problems(outside, gate()), [say("/whoami"), say("/mcp/{org}")]);
    let elsewhere = Router::new().route("/mcp/{x}/{y}/{org}", get(whoami));
    assert_eq!(
        problems(elsewhere, gate()),
        [format!(
            "`resource_family::whoami` is mounted at `/mcp/{{x}}/{{y}}/{{org}}`, whose `{{org}}` is not that of the resources of `{PATTERN}`; give it another name"
        )],
    );
    // Other parameter names, a literal instead of a parameter, and a wildcard.
    let fits = Router::<()>::new().route("/mcp/{o}/site/a", get(read_plain)).fallback(whoami);
    assert!(fits.protect(gate()).is_ok());
    let fits = Router::<()>::new().route("/{*rest}", get(whoami));
    assert!(fits.protect(gate()).is_ok());

    let faults = |error: scopegate::StartupError| error.problems().to_vec();
    assert_eq!(
        faults(gate().mcp_layer(UNKNOWN).unwrap_err()),
        [format!(
            "`tools/call t` needs `tenant:{{tenant}}:read`, but the path of `{PATTERN}` lacks that parameter"
        )],
    );
    let jwt =
        Gate::jwt(Resource::family(PATTERN).unwrap().authorization_server("https://a.example").unwrap());
    assert!(jwt.layer(scope_table![]).is_ok(), "each resource is the audience of its own tokens");
}

#[requires_scope("org:{org}:member")]
async fn read_plain() {}

#[tokio::test]
async fn names_of_the_family_fill_templates_of_any_route() {
    let tokens = ForOne::default().token("acme", ACME, "org:acme:member");
    let app = Router::new().route("/mcp/{o}/site/a", get(read_plain)).protect(tokens.gate(PATTERN)).unwrap();
    assert_eq!(with(&app, "GET /mcp/acme/site/a", "acme").await.status, 200);
    assert_eq!(with(&app, "GET /mcp/globex/site/a", "acme").await.status, 401);
}

fn discovery(gate: Gate) -> Discovery {
    Router::<()>::new().split(gate).unwrap().1
}

#[test]
fn families_share_no_resource_with_another_gate() {
    let one = |url: &str| {
        let resource = Resource::new(url).unwrap().authorization_server("https://auth.example.com").unwrap();
        discovery(Gate::new(resource, ForOne::default()))
    };
    let of = |pattern: &str| {
        if pattern.contains('{') { discovery(ForOne::default().gate(pattern)) } else { one(pattern) }
    };
    let common = |a: &str, b: &str| {
        format!(
            "`{a}` and `{b}` have a resource in common, and its metadata could describe only one of them; give them paths that no resource shares"
        )
    };
    let slash = |a: &str, b: &str| {
        format!(
            "resources `{a}` and `{b}` differ by the slash at the end, which many clients drop; give them different paths"
        )
    };
    for (a, b, expected) in [
        ("https://h/mcp/{t}", "https://h/mcp/acme", Some(common as fn(&str, &str) -> String)),
        ("https://h/mcp/{t}", "https://h/mcp/{org}", None),
        ("https://h/mcp/{t}", "https://h/{a}/acme", Some(common)),
        ("https://h/mcp/{t}", "https://other/{a}/{b}", Some(common)),
        ("https://h/mcp/{t}", "https://h/mcp/acme/", Some(slash)),
        ("https://h/mcp/{t}/", "https://h/{a}/x", Some(slash)),
    ] {
        let error = well_known::<()>([of(a), of(b)]).map(|_| ()).unwrap_err();
        assert_eq!(error.problems(), [expected.unwrap_or(common)(a, b)], "{a} {b}");
    }
    for (a, b) in [
        ("https://h/mcp/{t}", "https://h/mcp"),
        ("https://h/mcp/{t}", "https://h/mcp/a:b"),
        ("https://h/mcp/{t}", "https://h/mcp/acme/x"),
        ("https://h/mcp/{t}", "https://h/api/{t}"),
        ("https://h/mcp/{t}", "https://h"),
    ] {
        assert!(well_known::<()>([of(a), of(b)]).is_ok(), "{a} {b}");
    }
}

#[public]
async fn mine() {}

#[tokio::test]
async fn families_and_resources_are_served_beside_each_other() {
    let one = Resource::new("https://h.example/api").unwrap();
    let one = one.authorization_server("https://auth.example.com").unwrap();
    let one = discovery(Gate::new(one, ForOne::default()).metadata_at_root());
    let other = discovery(ForOne::default().gate("https://h.example/tenants/{tenant}"));
    let app: Plain = well_known([discovery(tokens().gate(PATTERN)), one, other]).unwrap();
    for (path, resource) in [
        ("/mcp/acme/site", ACME),
        ("/tenants/acme", "https://h.example/tenants/acme"),
        ("/api", "https://h.example/api"),
        ("", "https://h.example/api"),
    ] {
        let answer = send(&app, &format!("GET {WELL_KNOWN}{path}"), &[]).await;
        assert_eq!(answer.json()["resource"], resource, "{path}");
    }
    for path in [
        "/.well-known/oauth-protected-resource/mcp/acme/site",
        "/.well-known/oauth-protected-resource/mcp/{org}/{project}",
        "/.well-known/oauth-protected-resource/{*rest}",
    ] {
        let routes = Router::<()>::new().route(path, get(mine));
        let error = routes.protect(tokens().gate(PATTERN)).map(|_| ()).unwrap_err();
        assert_eq!(
            error.problems(),
            [format!(
                "`resource_family::mine` is mounted at `{path}`, where the metadata document belongs; remove that route"
            )],
        );
    }
}

#[test]
fn a_family_has_no_files() {
    let folder = std::env::temp_dir().join("scopegate-no-files-of-a-family");
    let discovery = discovery(tokens().gate(PATTERN));
    let error = scopegate::export::write_folder([&discovery], &folder).unwrap_err().to_string();
    assert!(error.starts_with(&format!("`{PATTERN}` is a family: ")), "{error}");
    assert!(!folder.exists());
    assert_eq!((discovery.resource(), discovery.document()), (Some(PATTERN), None));
    assert_eq!(tokens().gate(PATTERN).metadata(&routes().table()), None);
    // The requirements do not depend on the resource.
    let lock = |gate: &Gate| scopegate::export::Lock::of(gate, &routes().table()).to_string();
    let one = Resource::new(ACME).unwrap().authorization_server("https://auth.example.com").unwrap();
    assert_eq!(lock(&tokens().gate(PATTERN)), lock(&Gate::new(one, tokens())));
}

/// A handler that checks a template which it does not declare.
#[tokio::test]
async fn what_an_access_covers_is_of_the_resource_of_its_request() {
    #[authenticated]
    async fn menu(access: Access) -> String {
        access.covers(&requirement!("org:{org}:member")).to_string()
    }
    hear_everything();
    let routes = Router::new().route("/mcp/{org}/{project}", get(menu));
    let app = routes.protect(tokens().gate(PATTERN)).unwrap();
    for (token, covers) in [("acme", "true"), ("weak", "false"), ("mixed", "false")] {
        let authorization = format!("authorization: Bearer {token}");
        let (answer, log) = log_while(Level::WARN, send(&app, "GET /mcp/acme/site", &[&authorization])).await;
        assert_eq!((&*answer.body, &*log), (covers, ""), "{token}");
    }
}
