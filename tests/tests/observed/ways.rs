//! The records of each outcome, in each kind of application.

use rmcp::{ServiceExt, model::CallToolRequestParams};
use scopegate::{Gate, Resource, Router, ScopeTable, mcp::LocalTrust, requires_scope, routing::get};
use scopegate_tests::{
    exchange::send,
    mcp::{INITIALIZE, post, request},
};
use serde_json::json;

use crate::{
    apps::{self, Files, is_in_lock},
    recorded::{Records, gate, verifier},
};

/// A path, a token, the expected status, and the expected records.
type Case = (&'static str, &'static str, u16, &'static [&'static str]);

async fn check_http(make: fn(&Gate) -> (axum::Router, ScopeTable), cases: &[Case]) {
    let records = Records::default();
    let (app, table) = make(&gate(&records));
    for (path, token, status, expected) in cases {
        let header = format!("authorization: Bearer {token}");
        let (first, second) = (header.clone(), format!("{header}x"));
        let headers: &[&str] = match *token {
            "" => &[],
            "twice" => &[&first, &second],
            _ => &[&first],
        };
        let request = if path.starts_with('/') { format!("GET {path}") } else { (*path).to_owned() };
        let answer = send(&app, &request, headers).await;
        assert_eq!(answer.status.as_u16(), *status, "{path} `{token}`");
        let told = records.take();
        let brief: Vec<String> = told.iter().map(crate::recorded::Record::brief).collect();
        assert_eq!(brief, *expected, "{path} `{token}`");
        for row in told.iter().flat_map(|record| &record.rows) {
            assert!(is_in_lock(&table, row), "{row}");
        }
    }
}

#[tokio::test]
async fn a_router_tells_each_decision() {
    const READ: &str = "/files/a.txt";
    check_http(
        apps::router,
        &[
            (READ, "secret-good", 200, &["allowed: GET /files/{name}"]),
            (READ, "secret-weak", 403, &["refused insufficient_scope: GET /files/{name}"]),
            (READ, "secret-none", 403, &["refused insufficient_scope: GET /files/{name}"]),
            (READ, "secret-bad", 401, &["refused invalid_token: GET /files/{name}"]),
            (READ, "secret-old", 401, &["refused expired_token: GET /files/{name}"]),
            (READ, "secret-later", 503, &["refused unavailable: GET /files/{name}"]),
            (READ, "twice", 400, &["refused several_credentials: GET /files/{name}"]),
            (READ, "", 401, &["refused missing_token: GET /files/{name}"]),
            ("HEAD /files/a.txt", "secret-good", 200, &["allowed: GET /files/{name}"]),
            ("/health", "", 200, &["allowed: GET /health"]),
            ("/health", "secret-bad", 200, &["allowed: GET /health"]),
            ("/greet", "secret-good", 200, &["allowed: GET /greet"]),
            ("/greet", "secret-bad", 401, &["allowed: GET /greet", "refused invalid_token: GET /greet"]),
            ("/share", "secret-share", 200, &["allowed: GET /share", "allowed: GET /share"]),
            (
                "/share",
                "secret-good",
                403,
                &["allowed: GET /share", "refused insufficient_scope: GET /share"],
            ),
            (
                "/undeclared",
                "secret-good",
                500,
                &["allowed: GET /undeclared", "refused misconfigured: GET /undeclared"],
            ),
            ("/tenants/acme", "secret-good", 403, &["refused insufficient_scope: GET /tenants/{tenant}"]),
            ("/tenants/a:b", "secret-good", 400, &["refused illegal_parameter: GET /tenants/{tenant}"]),
            ("/nested/read", "secret-good", 200, &["allowed: GET /nested/read"]),
            ("/nested/static", "secret-weak", 403, &["refused insufficient_scope: * /nested/static"]),
            ("/below", "secret-weak", 403, &["refused insufficient_scope: * /below"]),
            ("/below/", "secret-weak", 403, &["refused insufficient_scope: * /below/"]),
            ("/below/a.txt", "secret-weak", 403, &["refused insufficient_scope: * /below/{*rest}"]),
            // One handler answers the other methods of all paths.
            (
                "PUT /tenants/acme",
                "secret-good",
                403,
                &["allowed: * /tenants/{tenant}", "refused insufficient_scope: * /tenants/{tenant}"],
            ),
            ("PUT /files/a.txt", "", 401, &["refused missing_token: * /files/{name}"]),
            // There is no handler, so there is no decision.
            ("/nowhere", "secret-good", 404, &[]),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_layer_and_the_guards_inside_tell_a_decision_each() {
    const READ: &str = "/files/a.txt";
    check_http(
        apps::layer,
        &[
            (READ, "secret-good", 200, &["allowed", "allowed: GET /files/{name}"]),
            (READ, "secret-weak", 403, &["allowed", "refused insufficient_scope: GET /files/{name}"]),
            (READ, "secret-none", 403, &["refused insufficient_scope"]),
            (READ, "secret-bad", 401, &["refused invalid_token: GET /files/{name}"]),
            (READ, "", 401, &["refused missing_token: GET /files/{name}"]),
            // The table has no route for `/share`, so the lock names the handler.
            ("/share", "", 401, &["refused missing_token"]),
            (
                "/share",
                "secret-good",
                403,
                &[
                    "allowed",
                    "allowed: - observed::apps::share",
                    "refused insufficient_scope: - observed::apps::share",
                ],
            ),
            ("/unlisted", "secret-good", 200, &["allowed"]),
            ("/nowhere", "secret-weak", 404, &["allowed"]),
            ("/nowhere", "", 401, &["refused missing_token"]),
        ],
    )
    .await;
}

#[requires_scope("files:read")]
async fn of_member() {}

#[tokio::test]
async fn a_family_tells_for_which_resource() {
    let records = Records::default();
    let family = Resource::family("https://example.com/{org}/api").unwrap();
    let family = family.authorization_server("https://auth.example.com").unwrap();
    let gate = Gate::new(family, verifier()).observe(records.clone());
    let app = Router::new().route("/{org}/api/read", get(of_member)).protect(gate).unwrap();
    for (path, status, expected, resource) in [
        ("GET /acme/api/read", 200, "allowed: GET /{org}/api/read", Some("https://example.com/acme/api")),
        ("GET /a%3Ab/api/read", 404, "refused unknown_resource: GET /{org}/api/read", None),
    ] {
        let answer = send(&app, path, &["authorization: Bearer secret-good"]).await;
        assert_eq!(answer.status.as_u16(), status, "{path}");
        let told = records.take();
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!((&*told[0].brief(), told[0].resource.as_deref()), (expected, resource));
    }
}

async fn check_mcp(make: fn(&Gate) -> (axum::Router, ScopeTable), cases: &[(&str, &str, u16, &[&str])]) {
    let records = Records::default();
    let (app, table) = make(&gate(&records));
    for (message, token, status, expected) in cases {
        let answer = post(&app, token, &[], (*message).to_owned()).await;
        assert_eq!(answer.status.as_u16(), *status, "{message} `{token}`: {}", answer.body);
        let told = records.take();
        let brief: Vec<String> = told.iter().map(crate::recorded::Record::brief).collect();
        assert_eq!(brief, *expected, "{message} `{token}`");
        for row in told.iter().flat_map(|record| &record.rows) {
            assert!(is_in_lock(&table, row), "{row}");
        }
    }
}

fn call(tool: &str) -> String {
    request("tools/call", &json!({ "name": tool, "arguments": {} }))
}

#[tokio::test]
async fn a_layer_before_mcp_tells_one_decision_a_request() {
    let (read, share, help, gone) = (call("read"), call("share"), call("help"), call("gone"));
    let prompt = request("prompts/get", &json!({ "name": "read" }));
    let document = request("resources/read", &json!({ "uri": "docs://acme/a.txt" }));
    let completion = request(
        "completion/complete",
        &json!({ "ref": { "type": "ref/prompt", "name": "read" }, "argument": { "name": "a", "value": "" } }),
    );
    let list = request("tools/list", &json!({}));
    let batch = format!("[{read},{prompt}]");
    check_mcp(
        apps::mcp_layer,
        &[
            (&read, "secret-good", 200, &["allowed: tools/call read"]),
            (&read, "secret-weak", 403, &["refused insufficient_scope: tools/call read"]),
            (&read, "secret-bad", 401, &["refused invalid_token"]),
            (&read, "secret-old", 401, &["refused expired_token"]),
            (&read, "", 401, &["refused missing_token: tools/call read"]),
            (&share, "secret-good", 403, &["refused insufficient_scope: tools/call share"]),
            (&help, "", 200, &["allowed: tools/call help"]),
            (&help, "secret-none", 200, &["allowed: tools/call help"]),
            (&gone, "secret-good", 200, &["unknown"]),
            (&gone, "secret-none", 403, &["refused insufficient_scope"]),
            (&gone, "", 401, &["refused missing_token"]),
            (&prompt, "secret-good", 200, &["allowed: prompts/get read"]),
            (
                &document,
                "secret-good",
                403,
                &["refused insufficient_scope: resources/read docs://{tenant}/{name}"],
            ),
            (&list, "secret-good", 200, &["allowed: method tools/list"]),
            (INITIALIZE, "secret-good", 200, &["allowed"]),
            (
                &completion,
                "secret-good",
                403,
                &["refused insufficient_scope: method completion/complete + prompts/get read"],
            ),
            (&batch, "secret-good", 200, &["allowed: tools/call read + prompts/get read"]),
            // An unreadable body requests nothing.
            ("nonsense", "secret-good", 400, &[]),
            ("nonsense", "secret-none", 403, &["refused insufficient_scope"]),
        ],
    )
    .await;
}

/// Most of MCP's own methods have no row, so only the method tells what the caller asked for.
#[tokio::test]
async fn a_single_message_is_told_with_its_method() {
    let (read, gone) = (call("read"), call("gone"));
    let list = request("tools/list", &json!({}));
    let foreign = request("admin/purge\n", &json!({}));
    let batch = format!("[{read},{list}]");
    for (make, message, token, methods) in [
        (apps::mcp_layer as fn(&Gate) -> _, INITIALIZE, "secret-good", &[Some("initialize")][..]),
        (apps::mcp_layer, &read, "", &[Some("tools/call")]),
        (apps::mcp_layer, &gone, "", &[Some("tools/call")]),
        (apps::mcp_layer, &gone, "secret-good", &[Some("tools/call")]),
        (apps::mcp_layer, &gone, "secret-none", &[Some("tools/call")]),
        (apps::mcp_layer, &foreign, "secret-good", &[Some("admin/purge\n")]),
        (apps::mcp_layer, &batch, "secret-good", &[None]),
        // The gate does not read the body.
        (apps::mcp_layer, &read, "secret-bad", &[None]),
        (apps::rmcp, &list, "secret-good", &[Some("tools/list"), Some("tools/list")]),
    ] {
        let records = Records::default();
        let (app, _) = make(&gate(&records));
        post(&app, token, &[], message.to_owned()).await;
        let told: Vec<_> = records.take().into_iter().map(|record| record.method).collect();
        let told: Vec<_> = told.iter().map(Option::as_deref).collect();
        assert_eq!(told, methods, "{message} `{token}`");
    }
}

#[tokio::test]
async fn what_a_guard_inside_rmcp_repeats_is_told_once() {
    let (read, share, purge) = (call("read"), call("share"), call("purge"));
    let list = request("tools/list", &json!({}));
    check_mcp(
        apps::rmcp,
        &[
            (&read, "secret-good", 200, &["allowed: tools/call read"]),
            (&read, "secret-weak", 403, &["refused insufficient_scope: tools/call read"]),
            (&share, "secret-share", 200, &["allowed: tools/call share", "allowed: tools/call share"]),
            (
                &share,
                "secret-good",
                200,
                &["allowed: tools/call share", "refused insufficient_scope: tools/call share"],
            ),
            (&purge, "secret-good", 403, &["refused insufficient_scope: tools/call purge"]),
            // One record for the list, and one for each item that is left out.
            (&list, "secret-good", 200, &["allowed", "filtered: tools/call purge"]),
            (&list, "secret-none", 403, &["refused insufficient_scope"]),
        ],
    )
    .await;
}

#[tokio::test]
async fn over_stdio_each_guard_tells() {
    for (scopes, tool, expected) in [
        ("files:read", "read", &["allowed: tools/call read"][..]),
        ("other", "read", &["refused insufficient_scope: tools/call read"]),
        (
            "files:read",
            "share",
            &["allowed: tools/call share", "refused insufficient_scope: tools/call share"],
        ),
    ] {
        let records = Records::default();
        let (here, there) = tokio::io::duplex(4096);
        let server = LocalTrust::new(Files, scopes).observe(records.clone());
        let serving =
            tokio::spawn(async move { _ = server.serve(there).await.unwrap().waiting().await.unwrap() });
        let client = ().serve(here).await.unwrap();
        _ = client.call_tool(CallToolRequestParams::new(tool)).await;
        client.cancel().await.unwrap();
        serving.await.unwrap();
        let told = records.take();
        for row in told.iter().flat_map(|record| &record.rows) {
            assert!(is_in_lock(&apps::of_files(), row), "{row}");
        }
        let brief: Vec<String> = told.iter().map(crate::recorded::Record::brief).collect();
        assert_eq!(brief, expected, "{tool} with `{scopes}`");
    }
}
