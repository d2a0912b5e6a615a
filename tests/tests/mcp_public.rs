//! A server with public and protected operations. Every caller tries every operation, in each version of the protocol, and the
//! tests count what ran.

mod gating;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use axum::Router;
use gating::IntoGate;
use rmcp::{
    ErrorData, RoleServer, ServerHandler,
    model::{
        PromptMessage, ReadResourceRequestParams, ReadResourceResponse, ReadResourceResult, ResourceContents,
    },
    prompt, prompt_handler,
    service::RequestContext,
    tool, tool_handler,
};
use scopegate::{
    Access, Gate, Requirement, Scope, authenticated,
    export::{Change, Direction, Lock},
    mcp::{ANONYMOUS_DISCOVERY, Caller, Dialect, McpServer, McpTable, Operation},
    mcp_table, public, requirement, requires_scope, scoped_tools,
    testing::TestVerifier,
};
use scopegate_tests::{
    exchange::{Answer, send},
    mcp::{INITIALIZE, post, request},
};
use serde_json::{Value, json};

/// Counts the calls to each operation.
#[derive(Clone, Default)]
struct Mixed(Arc<Mutex<BTreeMap<String, usize>>>);

const FILE: Requirement = requirement!("file:{name}");
const WRITE: Requirement = requirement!("files:write");
const RESOURCES: McpTable = mcp_table![
    Operation::resource("help://start", Requirement::PUBLIC),
    Operation::resource("file:///{name}", FILE),
    Operation::method("logging/setLevel", WRITE),
];

#[scoped_tools]
impl Mixed {
    /// Needs nothing.
    #[public]
    #[tool]
    async fn count(&self, Caller(caller): Caller) -> String {
        self.ran("tools/call count");
        caller.map_or("nobody", |_| "somebody").to_owned()
    }

    /// Needs the floor.
    #[authenticated]
    #[tool]
    async fn list(&self) {
        self.ran("tools/call list");
    }

    /// Needs more.
    #[requires_scope("files:write")]
    #[tool]
    async fn write(&self, _access: Access) {
        self.ran("tools/call write");
    }

    /// Needs one of two.
    #[requires_scope(any("files:write", "files:admin"))]
    #[tool]
    async fn purge(&self) {
        self.ran("tools/call purge");
    }

    /// Needs nothing.
    #[public]
    #[prompt]
    async fn hello(&self) -> Vec<PromptMessage> {
        self.ran("prompts/get hello");
        Vec::new()
    }

    /// Needs more.
    #[requires_scope("files:admin")]
    #[prompt]
    async fn sum_up(&self) -> Vec<PromptMessage> {
        self.ran("prompts/get sum_up");
        Vec::new()
    }
}

#[tool_handler]
#[prompt_handler]
impl ServerHandler for Mixed {
    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        let unknown = || ErrorData::resource_not_found("Unknown resource", None);
        RESOURCES.resource(&request.uri).ok_or_else(unknown)?.authorize(&context)?;
        self.ran(&format!("resources/read {}", request.uri));
        Ok(ReadResourceResult::new(vec![ResourceContents::text("text", request.uri)]).into())
    }
}

impl Mixed {
    fn ran(&self, what: &str) {
        *self.0.lock().unwrap().entry(what.to_owned()).or_default() += 1;
    }

    fn times(&self, what: &str) -> usize {
        self.0.lock().unwrap().get(what).copied().unwrap_or_default()
    }

    fn server(&self) -> McpServer<Self> {
        let server = self.clone();
        McpServer::new(&gate(), move || server.clone()).table(&Self::TOOLS).table(&RESOURCES)
    }

    fn app(&self) -> Router {
        self.server().table(&ANONYMOUS_DISCOVERY).build().unwrap()
    }
}

/// Each token grants the scopes of its name.
fn gate() -> Gate {
    let tokens = subsets()
        .into_iter()
        .fold(TestVerifier::new(), |tokens, scopes| tokens.token(&name(&scopes), &scopes.join(" ")));
    tokens.gate("https://example.com/mcp").unwrap().floor([Scope::from_static("files:read")])
}

const SCOPES: [&str; 4] = ["files:read", "files:write", "files:admin", "file:a.txt"];

fn subsets() -> Vec<Vec<&'static str>> {
    let pick = |set: u32| SCOPES.into_iter().enumerate().filter(move |(at, _)| set & (1 << at) != 0);
    (0..1 << SCOPES.len()).map(|set| pick(set).map(|(_, scope)| scope).collect()).collect()
}

fn name(scopes: &[&str]) -> String {
    format!("token-{}", scopes.join("-").replace([':', '.'], "_"))
}

/// Who may call an operation.
enum For {
    Anyone,
    /// Tokens with the floor and with all scopes of one of these.
    OneOf(&'static [&'static [&'static str]]),
    /// Nobody, because it has no row.
    Nobody,
}

/// All operations of the server, and one that it does not have.
fn operations() -> Vec<(&'static str, Value, For)> {
    const FLOOR: For = For::OneOf(&[&[]]);
    vec![
        ("initialize", serde_json::from_str::<Value>(INITIALIZE).unwrap()["params"].clone(), For::Anyone),
        ("ping", json!({}), For::Anyone),
        ("server/discover", json!({}), For::Anyone),
        ("skills/list", json!({}), For::Anyone),
        ("tools/list", json!({}), For::Anyone),
        ("prompts/list", json!({}), For::Anyone),
        ("resources/list", json!({}), For::Anyone),
        ("resources/templates/list", json!({}), For::Anyone),
        ("tools/call", json!({ "name": "count" }), For::Anyone),
        ("tools/call", json!({ "name": "list" }), FLOOR),
        ("tools/call", json!({ "name": "write" }), For::OneOf(&[&["files:write"]])),
        ("tools/call", json!({ "name": "purge" }), For::OneOf(&[&["files:write"], &["files:admin"]])),
        ("tools/call", json!({ "name": "other" }), For::Nobody),
        ("prompts/get", json!({ "name": "hello" }), For::Anyone),
        ("prompts/get", json!({ "name": "sum_up" }), For::OneOf(&[&["files:admin"]])),
        ("prompts/get", json!({ "name": "other" }), For::Nobody),
        ("resources/read", json!({ "uri": "help://start" }), For::Anyone),
        ("resources/read", json!({ "uri": "file:///a.txt" }), For::OneOf(&[&["file:a.txt"]])),
        ("resources/read", json!({ "uri": "other://a.txt" }), For::Nobody),
        ("logging/setLevel", json!({ "level": "info" }), For::OneOf(&[&["files:write"]])),
        ("notifications/cancelled", json!({ "requestId": 1 }), FLOOR),
        ("completion/complete", completion("hello"), For::Anyone),
        ("completion/complete", completion("sum_up"), For::OneOf(&[&["files:admin"]])),
        ("admin/purge", json!({}), For::Nobody),
        ("tasks/get", json!({ "taskId": "1" }), For::Nobody),
        ("tasks/list", json!({}), For::Nobody),
    ]
}

fn completion(prompt: &str) -> Value {
    json!({ "ref": { "type": "ref/prompt", "name": prompt }, "argument": { "name": "a", "value": "" } })
}

/// Adds the headers and parameters that a version requires.
fn dressed(version: &str, method: &str, params: &Value) -> (Vec<String>, Value) {
    let mut headers = vec![format!("mcp-protocol-version: {version}")];
    let mut params = params.clone();
    if version >= "2026-07-28" {
        headers.push(format!("mcp-method: {method}"));
        let name = params.get("name").or_else(|| params.get("uri")).and_then(Value::as_str);
        headers.extend(name.map(|name| format!("mcp-name: {name}")));
        params["_meta"] = json!({
            "io.modelcontextprotocol/protocolVersion": version,
            "io.modelcontextprotocol/clientCapabilities": {},
            "io.modelcontextprotocol/clientInfo": { "name": "t", "version": "1" },
        });
    }
    (headers, params)
}

async fn ask(app: &Router, version: &str, token: &str, method: &str, params: &Value) -> Answer {
    let (headers, params) = dressed(version, method, params);
    let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
    post(app, token, &headers, request(method, &params)).await
}

const VERSIONS: [&str; 3] = ["2025-06-18", "2025-11-25", "2026-07-28"];

fn asked(scopes: &[&str]) -> String {
    format!("scope=\"{}\"", [&["files:read"], scopes].concat().join(" "))
}

#[tokio::test]
async fn everybody_walks_the_table() {
    let mixed = Mixed::default();
    let app = mixed.app();
    let mut walked = 0;
    for version in VERSIONS {
        for (method, params, whom) in operations() {
            let what =
                format!("{method} {}", params["name"].as_str().or(params["uri"].as_str()).unwrap_or(""));
            let is_counted = !what.ends_with(' ') && !matches!(whom, For::Nobody);
            let mut ran = mixed.times(&what);
            let mut expect = |runs: bool, case: &str| {
                ran += usize::from(runs && is_counted);
                assert_eq!(mixed.times(&what), ran, "{version} {what} {case}");
                walked += 1;
            };

            let anonymous = ask(&app, version, "", method, &params).await;
            let may = matches!(whom, For::Anyone);
            assert_eq!(anonymous.status == 401, !may, "{version} {what}: {anonymous:?}");
            if !may {
                let scopes = match &whom {
                    For::OneOf(ways) => ways[0],
                    _ => &[],
                };
                let challenge = anonymous.challenge();
                assert!(challenge.contains(&asked(scopes)), "{version} {what}: {challenge}");
                assert!(!challenge.contains("error="), "{challenge}");
            }
            expect(may, "without a token");

            let bad = ask(&app, version, "unknown", method, &params).await;
            assert_eq!(bad.status, 401, "{version} {what}");
            assert!(bad.challenge().contains("error=\"invalid_token\""), "{}", bad.challenge());
            assert!(bad.challenge().contains(&asked(&[])), "{}", bad.challenge());
            expect(false, "with a bad token");

            for granted in subsets() {
                let answer = ask(&app, version, &name(&granted), method, &params).await;
                let has_floor = granted.contains(&"files:read");
                let (may, status) = match &whom {
                    For::Anyone => (true, None),
                    For::OneOf(ways) => {
                        let meets = |way: &[&str]| way.iter().all(|scope| granted.contains(scope));
                        let may = has_floor && ways.iter().any(|way| meets(way));
                        if !may {
                            assert!(answer.challenge().contains(&asked(ways[0])), "{}", answer.challenge());
                        }
                        (may, (!may).then_some(403))
                    }
                    For::Nobody => (false, (!has_floor).then_some(403)),
                };
                let refused = [401, 403].contains(&answer.status.as_u16());
                assert_eq!(refused, status.is_some(), "{version} {what} {granted:?}: {answer:?}");
                expect(may, &format!("{granted:?}"));
            }
        }
    }
    assert_eq!(walked, VERSIONS.len() * operations().len() * (2 + subsets().len()));
    assert!(mixed.times("tools/call count") > 0 && mixed.times("resources/read file:///a.txt") > 0);
}

#[tokio::test]
async fn by_default_everything_needs_a_token() {
    let mixed = Mixed::default();
    let app = mixed.server().build().unwrap();
    for (method, params, _) in operations() {
        let is_public_itself =
            ["count", "hello", "help://start"].iter().any(|name| params.to_string().contains(name));
        let answer = ask(&app, "2025-11-25", "", method, &params).await;
        assert_eq!(answer.status == 401, !is_public_itself, "{method} {params}");
    }
}

#[tokio::test]
async fn what_nobody_can_tell_for_certain_needs_a_token() {
    let app = Mixed::default().app();
    let count = request("tools/call", &json!({ "name": "count" }));
    let other_scheme = post(&app, "", &["authorization: Basic YTpi"], count.clone()).await;
    assert_eq!(other_scheme.status, 401);
    let two_types = post(&app, "", &["content-type: text/plain"], count.clone()).await;
    assert_eq!(two_types.status, 401);
    for body in [
        String::new(),
        "{}".to_owned(),
        format!("{count}{count}"),
        count.replace("\"name\":\"count\"", "\"name\":\"count\",\"name\":\"list\""),
        count.replace("count", "list\",\"_meta\":{\"name\":\"count\"},\"x\":\""),
        format!("[{count},{}]", request("logging/setLevel", &json!({ "level": "info" }))),
        format!("[{count},{}]", request("subscriptions/listen", &json!({ "notifications": {} }))),
        format!("[{count},{{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{{}}}}]"),
        request(
            "subscriptions/listen",
            &json!({ "notifications": { "resourceSubscriptions": ["help://start"] } }),
        ),
        r#"{"jsonrpc":"2.0","id":1,"result":{}}"#.to_owned(),
        count.replace("\"jsonrpc\"", &format!("\"{}\":1,\"jsonrpc\"", "x".repeat(64 * 1024))),
    ] {
        let answer = post(&app, "", &[], body.clone()).await;
        assert_eq!(answer.status, 401, "{body}");
        assert!(answer.challenge().contains("scope=\"files:read"), "{}", answer.challenge());
    }
    for (method, status) in [("GET", 405), ("HEAD", 405), ("DELETE", 401), ("OPTIONS", 401)] {
        let answer = send(&app, &format!("{method} /mcp"), &["host: example.com"]).await;
        assert_eq!(answer.status, status, "{method}");
        assert_eq!(answer.header("allow"), if status == 405 { "POST" } else { "" });
    }
    let logs_in_at_once = Mixed::default().server().build().unwrap();
    assert_eq!(send(&logs_in_at_once, "GET /mcp", &["host: example.com"]).await.status, 401);
    assert_eq!(post(&app, "", &[], count).await.status, 200, "so the others are refused for their shape");
}

#[tokio::test]
async fn a_batch_needs_what_its_strictest_part_needs() {
    let mixed = Mixed::default();
    let app = mixed.app();
    let call = |name: &str| request("tools/call", &json!({ "name": name }));
    let version = ["mcp-protocol-version: 2025-03-26"];
    let mixed_batch = format!("[{},{},{}]", call("count"), call("write"), call("count"));
    let answer = post(&app, "", &version, mixed_batch).await;
    assert_eq!(answer.status, 401);
    assert!(answer.challenge().contains(&asked(&["files:write"])), "{}", answer.challenge());
    let public = post(&app, "", &version, format!("[{},{}]", call("count"), call("count"))).await;
    assert_ne!(public.status, 401, "rmcp supports no batches, and answers by itself: {public:?}");
    assert_eq!(mixed.times("tools/call write"), 0);
}

#[tokio::test]
async fn headers_that_repeat_the_body_allow_nothing() {
    let mixed = Mixed::default();
    let app = mixed.app();
    let write = request("tools/call", &json!({ "name": "write" }));
    for claims in [&["mcp-method: tools/list"][..], &["mcp-method: tools/call", "mcp-name: count"]] {
        let answer = post(&app, "", claims, write.clone()).await;
        assert_eq!(answer.status, 401);
        assert!(answer.challenge().contains(&asked(&["files:write"])), "{}", answer.challenge());
    }
    let count = request("tools/call", &json!({ "name": "count" }));
    assert_eq!(post(&app, "", &["mcp-name: write"], count).await.status, 400);
    assert_eq!(mixed.times("tools/call write"), 0);
}

#[tokio::test]
async fn a_body_without_a_token_has_a_bound_of_its_own() {
    let app = Mixed::default().server().table(&ANONYMOUS_DISCOVERY).max_anonymous_body(200).build().unwrap();
    let call = |name: &str, filler: usize| {
        request("tools/call", &json!({ "name": name, "arguments": { "x": "x".repeat(filler) } }))
    };
    assert_eq!(post(&app, "", &[], call("count", 0)).await.status, 200);
    let long = post(&app, "", &[], call("count", 200)).await;
    assert_eq!(long.status, 401);
    assert!(long.challenge().contains(&asked(&[])), "{}", long.challenge());
    assert_eq!(post(&app, &name(&["files:read"]), &[], call("count", 200)).await.status, 200);
}

#[tokio::test]
async fn nobody_opens_a_session_without_a_token() {
    let app = Mixed::default().server().table(&ANONYMOUS_DISCOVERY).sessions().build().unwrap();
    let opened = post(&app, "", &[], INITIALIZE).await;
    assert_eq!(opened.status, 401);
    assert_eq!(opened.header("mcp-session-id"), "");
    assert!(opened.challenge().contains(&asked(&[])), "{}", opened.challenge());
    let opened = post(&app, &name(&["files:read"]), &[], INITIALIZE).await;
    assert_eq!(opened.status, 200, "{opened:?}");
}

#[tokio::test]
async fn a_public_tool_knows_who_calls_if_anybody_says_so() {
    let app = Mixed::default().app();
    let count = json!({ "name": "count" });
    assert!(ask(&app, "2025-11-25", "", "tools/call", &count).await.body.contains("nobody"));
    let known = ask(&app, "2025-11-25", &name(&["files:admin"]), "tools/call", &count).await;
    assert!(known.body.contains("somebody"), "{known:?}");
}

#[tokio::test]
async fn a_refused_tool_is_answered_in_both_dialects_by_the_same_challenge() {
    let mixed = Mixed::default();
    let http = mixed.server().build().unwrap();
    let result = mixed.server().dialect(Dialect::ToolResult).build().unwrap();
    for version in VERSIONS {
        for (tool, token) in [
            ("write", String::new()),
            ("write", name(&["files:read"])),
            ("purge", name(&[])),
            ("list", name(&[])),
        ] {
            let params = json!({ "name": tool });
            let refused = ask(&http, version, &token, "tools/call", &params).await;
            let told = ask(&result, version, &token, "tools/call", &params).await;
            assert_eq!(told.status, 200);
            assert_eq!(told.challenge(), "");
            let answer = told.json();
            assert_eq!(answer["id"], 1);
            assert_eq!(answer["result"]["isError"], true);
            assert_eq!(answer["result"].get("resultType").is_some(), version == "2026-07-28");
            let challenges = &answer["result"]["_meta"]["mcp/www_authenticate"];
            assert_eq!(challenges, &json!([refused.challenge()]), "{version} {tool} {token}");
        }
    }
    for (method, params) in [("prompts/get", json!({ "name": "sum_up" })), ("tools/list", json!({}))] {
        assert_eq!(ask(&result, "2025-11-25", "", method, &params).await.status, 401, "{method}");
    }
    let bad = ask(&result, "2025-11-25", "unknown", "tools/call", &json!({ "name": "write" })).await;
    assert_eq!(bad.status, 401);
    assert_eq!(mixed.times("tools/call write") + mixed.times("tools/call purge"), 0);
}

#[test]
fn only_what_is_named_can_be_public() {
    let table = mcp_table![
        Operation::any_tool(Requirement::PUBLIC),
        Operation::any_prompt(Requirement::PUBLIC),
        Operation::any_method(Requirement::PUBLIC),
        Operation::any_resource(Requirement::PUBLIC),
        Operation::method("tools/call", Requirement::PUBLIC),
        Operation::method("tasks/get", Requirement::PUBLIC),
        Operation::method("subscriptions/listen", Requirement::PUBLIC),
        Operation::method("status/get", Requirement::PUBLIC),
    ];
    let error = gate().mcp_layer(table).unwrap_err();
    assert_eq!(error.problems().len(), 7, "{error}");
    assert!(error.to_string().contains("name each public operation"), "{error}");
    assert!(error.to_string().contains("`method tasks/get` is public"), "{error}");
}

#[test]
fn the_lock_marks_what_is_public_and_says_when_it_gets_so() {
    let lock = |table: &McpTable| Lock::of(&gate(), &table.to_scope_table());
    let rows = Mixed::TOOLS.and(&RESOURCES);
    let (before, after) = (lock(&rows), lock(&rows.and(&ANONYMOUS_DISCOVERY)));
    for line in ["tools/call count public by", "resources/read help://start public by"] {
        assert!(before.to_string().contains(&format!("\n{line}")), "{before}");
    }
    assert!(after.to_string().contains("\nmethod tools/list public by"), "{after}");
    let opened: Vec<String> =
        after.changes_since(&before).iter().map(|one| format!("{}: {one}", one.direction())).collect();
    assert_eq!(opened.len(), ANONYMOUS_DISCOVERY.operations().len(), "{opened:?}");
    assert!(opened.iter().all(|change| change.starts_with("weaker: `method ")), "{opened:?}");
    let closed: Vec<_> = before.changes_since(&after).iter().map(Change::direction).collect();
    assert!(closed.iter().all(|direction| *direction == Direction::Stricter), "{closed:?}");
}
