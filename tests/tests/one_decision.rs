//! One decision: for the same token and policy, every kind of application decides alike and asks for the same scopes.

use std::collections::BTreeSet;

use axum::{Json, Router as Plain, routing as plain};
use rmcp::{
    ServerHandler, ServiceError, ServiceExt,
    model::CallToolRequestParams,
    tool, tool_handler,
    transport::streamable_http_server::{
        StreamableHttpServerConfig, StreamableHttpService, session::never::NeverSessionManager,
    },
};
use scopegate::{
    Access, BodyFormat, Gate, GrantedScopes, Policy, Reason, Rejection, Requirement, Resource, Router, Scope,
    ScopeTable, Token, Wildcards, authenticated,
    mcp::{LocalTrust, McpTable, Operation},
    mcp_table, requirement, requires_scope,
    routing::get,
    scope_table, scoped_tools,
    testing::TestVerifier,
};
use scopegate_tests::{
    exchange::{Answer, send},
    mcp::{post, request},
};
use serde_json::Value;

#[requires_scope("files:read")]
async fn read() {}

#[requires_scope("files:read", "files:write")]
async fn both() {}

#[requires_scope(any("files:write", all("files:read", "files:share")))]
async fn either() {}

#[authenticated]
async fn any_token() {}

/// The requirements of the attributes above, for services and for MCP servers without attributes.
const REQUIREMENTS: [(&str, Requirement); 4] = [
    ("read", requirement!("files:read")),
    ("both", requirement!("files:read", "files:write")),
    ("either", requirement!(any("files:write", all("files:read", "files:share")))),
    ("any_token", Requirement::AUTHENTICATED),
];

/// The same requirement, demanded by a handler.
#[authenticated(also("files:read"))]
async fn demanded(access: Access) -> Result<(), Rejection> {
    access.require("files:read")
}

#[derive(Clone)]
struct Files;

#[scoped_tools]
impl Files {
    /// Needs one scope.
    #[requires_scope("files:read")]
    #[tool]
    async fn read(&self) {}

    /// Needs two scopes.
    #[requires_scope("files:read", "files:write")]
    #[tool]
    async fn both(&self) {}

    /// Has alternatives.
    #[requires_scope(any("files:write", all("files:read", "files:share")))]
    #[tool]
    async fn either(&self) {}

    /// Needs the floor.
    #[authenticated]
    #[tool]
    async fn any_token(&self) {}

    /// Demands a scope itself.
    #[authenticated(also("files:read"))]
    #[tool]
    async fn demanded(&self, access: Access) -> Result<String, Rejection> {
        access.require("files:read").map(|()| String::new())
    }
}

#[tool_handler]
impl ServerHandler for Files {}

const READ: Scope = Scope::from_static("files:read");
const WRITE: Scope = Scope::from_static("files:write");
const ADMIN: Scope = Scope::from_static("files:admin");
const FLOOR: Scope = Scope::from_static("api");

/// A policy, and a naive model of it: the scopes that cover each scope.
struct Case {
    policy: Policy,
    floor: &'static [&'static str],
    stands_for: &'static [(&'static str, &'static [&'static str])],
}

fn cases() -> Vec<Case> {
    let chain: &[(&str, &[&str])] =
        &[("files:read", &["files:write", "files:admin"]), ("files:write", &["files:admin"])];
    let implies = || Policy::new().implies([(ADMIN, [WRITE]), (WRITE, [READ])]);
    let all: &[(&str, &[&str])] = &[
        ("files:read", &["files:write", "files:admin", "files:*"]),
        ("files:write", &["files:admin", "files:*"]),
        ("files:share", &["files:*"]),
    ];
    vec![
        Case { policy: Policy::new(), floor: &[], stands_for: &[] },
        Case { policy: Policy::new().floor([FLOOR]), floor: &["api"], stands_for: &[] },
        Case { policy: implies(), floor: &[], stands_for: chain },
        Case { policy: implies().floor([FLOOR]), floor: &["api"], stands_for: chain },
        Case {
            policy: implies().floor([FLOOR]).wildcards(Wildcards::Prefixed),
            floor: &["api"],
            stands_for: all,
        },
        Case { policy: implies().floor([READ]), floor: &["files:read"], stands_for: chain },
    ]
}

const TOKENS: [&str; 12] = [
    "",
    "api",
    "files:read",
    "api files:read",
    "api files:write",
    "files:read files:write",
    "api files:read files:write",
    "api files:read files:share",
    "api files:share",
    "files:admin",
    "api files:admin",
    "api files:*",
];

/// What each operation needs, alternative by alternative.
fn needs(operation: &str) -> &'static [&'static [&'static str]] {
    match operation {
        "read" | "demanded" => &[&["files:read"]],
        "both" => &[&["files:read", "files:write"]],
        "either" => &[&["files:write"], &["files:read", "files:share"]],
        _ => &[&[]],
    }
}

/// Decides by the rules of the documentation: returns `None` to allow, or else the scopes to ask for.
fn naively(case: &Case, operation: &str, token: &str) -> Option<Vec<String>> {
    let granted: BTreeSet<&str> = token.split_whitespace().collect();
    let has = |scope: &&str| {
        let standing =
            case.stands_for.iter().filter(|(name, _)| name == scope).flat_map(|(_, others)| *others);
        granted.contains(scope) || standing.into_iter().any(|other| granted.contains(other))
    };
    let is_met = case.floor.iter().all(has) && needs(operation).iter().any(|scopes| scopes.iter().all(has));
    if is_met {
        return None;
    }
    let mut ask: Vec<String> = Vec::new();
    for scope in case.floor.iter().chain(needs(operation)[0]) {
        if !ask.iter().any(|known| known == scope) {
            ask.push((*scope).to_owned());
        }
    }
    Some(ask)
}

fn gate(policy: &Policy) -> Gate {
    let tokens = TOKENS.iter().enumerate();
    let verifier =
        tokens.fold(TestVerifier::new(), |verifier, (at, scopes)| verifier.token(&name(at), scopes));
    let resource = Resource::new("https://example.com/mcp").unwrap();
    Gate::new(resource.authorization_server("https://auth.example.com").unwrap(), verifier)
        .with_policy(policy.clone())
}

fn name(at: usize) -> String {
    format!("t{at}")
}

/// Returns the scopes that an HTTP refusal asks for, or nothing if the answer is no refusal.
fn asked(answer: &Answer) -> Option<Vec<String>> {
    match answer.status.as_u16() {
        200 => None,
        403 => Some(scopes(&answer.json()["scope"])),
        other => panic!("{other}: {}", answer.body),
    }
}

fn scopes(list: &Value) -> Vec<String> {
    list.as_str().expect("a list of scopes").split(' ').map(str::to_owned).collect()
}

async fn http(app: &Plain, operation: &str, at: usize) -> Option<Vec<String>> {
    asked(&send(app, &format!("GET /{operation}"), &[&format!("authorization: Bearer {}", name(at))]).await)
}

/// Returns the scopes that a JSON-RPC refusal asks for, whatever its status.
async fn rpc(app: &Plain, operation: &str, at: usize) -> Option<Vec<String>> {
    let call = request("tools/call", &serde_json::json!({ "name": operation, "arguments": {} }));
    let answer = post(app, &name(at), &[], call).await;
    match &answer.json()["error"] {
        Value::Null => None,
        error => Some(scopes(&error["data"]["scope"])),
    }
}

const HANDLERS: [&str; 5] = ["read", "both", "either", "any_token", "demanded"];

fn router(gate: &Gate) -> Plain {
    Router::new()
        .route("/read", get(read))
        .route("/both", get(both))
        .route("/either", get(either))
        .route("/any_token", get(any_token))
        .route("/demanded", get(demanded))
        .protect(gate.clone())
        .unwrap()
}

/// Puts the routes behind a layer whose table names the routes, or only the handlers.
fn layer(gate: &Gate, table: ScopeTable) -> Plain {
    Plain::new()
        .route("/read", plain::get(read))
        .route("/both", plain::get(both))
        .route("/either", plain::get(either))
        .route("/any_token", plain::get(any_token))
        .route("/demanded", plain::get(demanded))
        .layer(gate.layer(table).unwrap())
}

/// Makes services with requirements parsed from text, as a gateway parses its configuration.
fn services(gate: &Gate) -> Plain {
    let routes = REQUIREMENTS.iter().fold(Router::new(), |routes, (name, requirement)| {
        let requirement: Requirement = requirement.to_string().parse().unwrap();
        routes.route_service(&format!("/{name}"), scopegate::guarded(requirement, plain::get(async || ())))
    });
    routes.protect(gate.clone()).unwrap()
}

/// An MCP server that scopegate does not provide, with a table from the program's configuration.
fn mcp_layer(gate: &Gate) -> Plain {
    let row = |(name, requirement): &(&str, Requirement)| {
        Operation::tool_named(*name, requirement.to_string().parse().unwrap())
    };
    let table: McpTable = REQUIREMENTS.iter().map(row).collect();
    let answer = async |Json(call): Json<Value>| {
        Json(serde_json::json!({ "jsonrpc": "2.0", "id": call["id"], "result": {} }))
    };
    Plain::new().route("/mcp", plain::post(answer)).layer(gate.mcp_layer(table).unwrap())
}

fn rmcp_service() -> StreamableHttpService<Files, NeverSessionManager> {
    let config =
        StreamableHttpServerConfig::default().with_legacy_session_mode(false).with_json_response(true);
    StreamableHttpService::new(
        || Ok(Files),
        NeverSessionManager::default().into(),
        config.disable_allowed_hosts(),
    )
}

/// An rmcp server behind a gate without a table of its tools, so that only the guards inside decide.
fn guards(gate: &Gate) -> Plain {
    const OPEN: McpTable = mcp_table![Operation::any_tool(Requirement::AUTHENTICATED)];
    Plain::new().route_service("/mcp", rmcp_service()).layer(gate.mcp_layer(OPEN).unwrap())
}

async fn stdio(policy: &Policy, operation: &'static str, token: &str) -> Option<Vec<String>> {
    let (here, there) = tokio::io::duplex(4096);
    let server = LocalTrust::new(Files, token).under(policy.clone());
    let serving =
        tokio::spawn(async move { _ = server.serve(there).await.unwrap().waiting().await.unwrap() });
    let client = ().serve(here).await.unwrap();
    let result = client.call_tool(CallToolRequestParams::new(operation)).await;
    client.cancel().await.unwrap();
    serving.await.unwrap();
    match result {
        Ok(_) => None,
        Err(ServiceError::McpError(error)) => Some(scopes(&error.data.expect("data")["scope"])),
        Err(other) => panic!("{other}"),
    }
}

/// Replaces the floor by the expected scopes in a refusal that asks for only the floor. Layers, and the guards of
/// handlers that demand scopes themselves, ask for the floor first.
fn after_floor(case: &Case, expected: Option<&[String]>, found: Option<Vec<String>>) -> Option<Vec<String>> {
    let floor: Vec<String> = case.floor.iter().map(|scope| (*scope).to_owned()).collect();
    match (expected, found) {
        (Some(expected), Some(found)) if found == floor => Some(expected.to_vec()),
        (_, found) => found,
    }
}

/// Uses `Access::for_test`, where a handler's demand is judged together with its row.
fn for_test(policy: &Policy, token: &str) -> Option<Vec<String>> {
    let token = Token::granting(GrantedScopes::parse(token));
    let access = Access::for_test(token, &scope_table![demanded]).under(policy);
    let refused = access.require("files:read").err()?;
    assert_eq!(refused.reason(), Reason::InsufficientScope);
    Some(refused.scopes().iter().map(ToString::to_string).collect())
}

/// Asks the access of another handler whether it covers the operation.
fn covers(policy: &Policy, operation: &str, token: &str) -> bool {
    let token = Token::granting(GrantedScopes::parse(token));
    let access = Access::for_test(token, &scope_table![demanded]).under(policy);
    REQUIREMENTS.iter().any(|(name, requirement)| *name == operation && access.covers(requirement))
}

/// Uses the policy directly.
fn pure(policy: &Policy, operation: &str, token: &str) -> Option<Vec<String>> {
    let (_, requirement) = REQUIREMENTS.into_iter().find(|(name, _)| *name == operation)?;
    if policy.permits(&GrantedScopes::parse(token), &requirement) {
        return None;
    }
    Some(policy.asks_for(&requirement).iter().map(ToString::to_string).collect())
}

#[tokio::test]
async fn every_way_in_decides_alike() {
    let mut judged = 0;
    for (number, case) in cases().iter().enumerate() {
        let gate = gate(&case.policy);
        let json_rpc = gate.clone().body(BodyFormat::JsonRpc);
        let (router, services) = (router(&gate), services(&gate));
        let handlers = layer(&gate, scope_table![read, both, either, any_token, demanded]);
        let by_route = layer(
            &gate,
            scope_table![
                GET "/read" => read,
                "/both" => both,
                GET | POST "/either" => either,
                GET "/any_token" => any_token,
                GET "/demanded" => demanded,
            ],
        );
        let (mcp_layer, guards) = (mcp_layer(&json_rpc), guards(&json_rpc));
        for (at, token) in TOKENS.iter().enumerate() {
            for operation in HANDLERS {
                let expected = naively(case, operation, token);
                let mut check = |way: &str, found: Option<Vec<String>>| {
                    assert_eq!(found, expected, "{way}: {operation} with {token:?} under policy {number}");
                    judged += 1;
                };
                check("router", after_floor(case, expected.as_deref(), http(&router, operation, at).await));
                for (way, app) in [("layer", &handlers), ("layer with routes", &by_route)] {
                    check(way, after_floor(case, expected.as_deref(), http(app, operation, at).await));
                }
                check(
                    "guard inside rmcp",
                    after_floor(case, expected.as_deref(), rpc(&guards, operation, at).await),
                );
                check(
                    "stdio",
                    after_floor(case, expected.as_deref(), stdio(&case.policy, operation, token).await),
                );
                if operation == "demanded" {
                    check("testing kit", for_test(&case.policy, token));
                } else {
                    let says = covers(&case.policy, operation, token);
                    assert_eq!(says, expected.is_none(), "{operation} with {token:?} under policy {number}");
                    check("service", http(&services, operation, at).await);
                    check("MCP layer", rpc(&mcp_layer, operation, at).await);
                    check("policy", pure(&case.policy, operation, token));
                }
            }
        }
    }
    assert_eq!(judged, cases().len() * TOKENS.len() * (4 * 8 + 6));
}

#[test]
fn the_tables_of_both_worlds_say_the_same() {
    let of = |table: &ScopeTable| {
        let name = |text: &str| text.rsplit("::").next().unwrap_or_default().to_owned();
        let mut lines: Vec<_> = table
            .entries()
            .iter()
            .map(|entry| {
                (name(entry.handler()), entry.requirement().to_string(), entry.also().collect::<Vec<_>>())
            })
            .collect();
        lines.sort();
        lines
    };
    let handlers = scope_table![read, both, either, any_token, demanded];
    assert_eq!(of(&handlers), of(&Files::TOOLS.to_scope_table()));
}
