//! `acr`, `max_age` and scopes in every combination and every kind of application: the admitted tokens, and the challenges for others.

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
    Access, BodyFormat, Gate, GrantedScopes, Policy, Reason, Requirement, Router, Token, authenticated,
    mcp::{LocalTrust, McpTable, Operation},
    mcp_table, requirement, requires_scope,
    routing::get,
    scope_table, scoped_tools,
};
use scopegate_tests::{
    exchange::{Answer, send},
    mcp::{post, request},
};
use serde_json::Value;

use crate::cases::{FLOOR, METADATA, asked, cases, gate, told};

#[requires_scope("files:write", acr("gold", "silver"), max_age = 300)]
async fn both() {}

#[requires_scope("files:write", acr("gold", "silver"))]
async fn acr() {}

#[requires_scope("files:write", max_age = 300)]
async fn age() {}

#[requires_scope("files:write")]
async fn scope() {}

#[authenticated(max_age = 300, acr("gold", "silver"))]
async fn token() {}

/// The requirements of the attributes above, for services and for MCP servers without attributes.
const REQUIREMENTS: [(&str, Requirement); 5] = [
    ("both", requirement!("files:write", acr("gold", "silver"), max_age = 300)),
    ("acr", requirement!("files:write", acr("gold", "silver"))),
    ("age", requirement!("files:write", max_age = 300)),
    ("scope", requirement!("files:write")),
    ("token", requirement!(acr("gold", "silver"), max_age = 300)),
];

#[derive(Clone)]
struct Files;

#[scoped_tools]
impl Files {
    /// Requires both `acr` and `max_age`.
    #[requires_scope("files:write", acr("gold", "silver"), max_age = 300)]
    #[tool]
    async fn both(&self) {}

    /// Requires `acr`.
    #[requires_scope("files:write", acr("gold", "silver"))]
    #[tool]
    async fn acr(&self) {}

    /// Requires `max_age`.
    #[requires_scope("files:write", max_age = 300)]
    #[tool]
    async fn age(&self) {}

    /// Requires no login.
    #[requires_scope("files:write")]
    #[tool]
    async fn scope(&self) {}

    /// Requires a login and no scope.
    #[authenticated(acr("gold", "silver"), max_age = 300)]
    #[tool]
    async fn token(&self) {}
}

#[tool_handler]
impl ServerHandler for Files {}

fn router(gate: &Gate) -> Plain {
    let routes = Router::new()
        .route("/both", get(both))
        .route("/acr", get(acr))
        .route("/age", get(age))
        .route("/scope", get(scope))
        .route("/token", get(token));
    routes.protect(gate.clone()).unwrap()
}

fn layer(gate: &Gate) -> Plain {
    let table = scope_table![
        GET "/both" => both, GET "/acr" => acr, GET "/age" => age, GET "/scope" => scope, GET "/token" => token,
    ];
    let routes = Plain::new()
        .route("/both", plain::get(both))
        .route("/acr", plain::get(acr))
        .route("/age", plain::get(age))
        .route("/scope", plain::get(scope))
        .route("/token", plain::get(token));
    routes.layer(gate.layer(table).unwrap())
}

/// Services with requirements parsed from text, as a gateway parses its configuration.
fn services(gate: &Gate) -> Plain {
    let routes = REQUIREMENTS.iter().fold(Router::new(), |routes, (name, requirement)| {
        let requirement: Requirement = requirement.to_string().parse().unwrap();
        routes.route_service(&format!("/{name}"), scopegate::guarded(requirement, plain::get(async || ())))
    });
    routes.protect(gate.clone()).unwrap()
}

/// An MCP server that scopegate does not provide.
fn mcp_layer(gate: &Gate) -> Plain {
    let table: McpTable =
        REQUIREMENTS.into_iter().map(|(name, requirement)| Operation::tool(name, requirement)).collect();
    let answer = async |Json(call): Json<Value>| {
        Json(serde_json::json!({ "jsonrpc": "2.0", "id": call["id"], "result": {} }))
    };
    Plain::new().route("/mcp", plain::post(answer)).layer(gate.mcp_layer(table).unwrap())
}

/// An rmcp server behind a gate without a table of its tools, so that only the guards inside decide.
fn guards(gate: &Gate) -> Plain {
    const OPEN: McpTable = mcp_table![Operation::any_tool(Requirement::AUTHENTICATED)];
    let config =
        StreamableHttpServerConfig::default().with_legacy_session_mode(false).with_json_response(true);
    let service = StreamableHttpService::new(
        || Ok(Files),
        NeverSessionManager::default().into(),
        config.disable_allowed_hosts(),
    );
    Plain::new().route_service("/mcp", service).layer(gate.mcp_layer(OPEN).unwrap())
}

async fn call(app: &Plain, operation: &str, token: &str) -> Answer {
    let call = request("tools/call", &serde_json::json!({ "name": operation, "arguments": {} }));
    post(app, token, &[], call).await
}

async fn http(app: &Plain, operation: &str, token: &str) -> (u16, String) {
    told(&send(app, &format!("GET /{operation}"), &[&format!("authorization: Bearer {token}")]).await)
}

#[tokio::test]
async fn every_combination_is_answered_alike_over_http() {
    let gate = gate();
    let (router, layer, services) = (router(&gate), layer(&gate), services(&gate));
    let (mcp, rmcp) = (mcp_layer(&gate), gate.mcp(|| Files).unwrap());
    let mut seen = [0; 3];
    for (at, case) in cases().iter().enumerate() {
        let token = format!("t{at}");
        for (operation, _) in REQUIREMENTS {
            let expected = case.expected(operation);
            seen[usize::from(expected.0 == 401) + 2 * usize::from(expected.0 == 403)] += 1;
            let what = format!("{operation} by {case:?}");
            assert_eq!(http(&router, operation, &token).await, expected, "router: {what}");
            assert_eq!(http(&services, operation, &token).await, expected, "services: {what}");
            assert_eq!(told(&call(&mcp, operation, &token).await), expected, "MCP: {what}");
            assert_eq!(told(&call(&rmcp, operation, &token).await), expected, "rmcp: {what}");
            // A layer checks the floor first, and refuses a token below it with only the floor.
            if case.scopes.split(' ').any(|scope| scope == "files") {
                assert_eq!(http(&layer, operation, &token).await, expected, "layer: {what}");
            }
        }
    }
    assert!(seen.iter().all(|count| *count > 30), "{seen:?}");
}

#[tokio::test]
async fn guards_inside_of_a_server_decide_alike() {
    let guards = guards(&gate());
    for (at, case) in cases().iter().enumerate().filter(|(_, case)| case.scopes.starts_with("files")) {
        for (operation, _) in REQUIREMENTS {
            if !case.scopes.split(' ').any(|scope| scope == "files") {
                continue;
            }
            let (status, challenge) = case.expected(operation);
            let answer = call(&guards, operation, &format!("t{at}")).await.json();
            let what = format!("{operation} by {case:?}: {answer}");
            if status == 200 {
                assert!(answer["error"].is_null(), "{what}");
                continue;
            }
            assert_eq!(answer["error"]["code"], status, "{what}");
            let told = answer["error"]["data"]["www_authenticate"][0].as_str().unwrap();
            assert!(told.starts_with(&format!("Bearer {challenge}{METADATA}")), "{what}");
        }
    }
}

#[tokio::test]
async fn stdio_decides_alike() {
    let policy = Policy::new().floor([FLOOR]);
    for case in cases().iter().filter(|case| case.scopes != "files:write") {
        let (here, there) = tokio::io::duplex(4096);
        let server = LocalTrust::new(Files, case.scopes).under(policy.clone());
        let server = case.acr.iter().fold(server, |server, value| server.with_acr(value));
        let server = match case.auth_time() {
            Some(time) => server.with_auth_time(time),
            None => server,
        };
        let serving =
            tokio::spawn(async move { _ = server.serve(there).await.unwrap().waiting().await.unwrap() });
        let client = ().serve(here).await.unwrap();
        for (operation, _) in REQUIREMENTS {
            let asks_acr = matches!(operation, "both" | "acr" | "token");
            let status = match client.call_tool(CallToolRequestParams::new(operation)).await {
                Ok(_) => 200,
                Err(ServiceError::McpError(error)) => {
                    assert!(error.message.contains("local user"), "{}", error.message);
                    let data = error.data.expect("data");
                    let acr_values = if asks_acr { "gold silver".into() } else { Value::Null };
                    assert_eq!(data.get("acr_values").unwrap_or(&Value::Null), &acr_values, "{data}");
                    assert_eq!(
                        data.get("max_age").is_none(),
                        !matches!(operation, "both" | "age" | "token"),
                        "{data}"
                    );
                    error.code.0
                }
                Err(other) => panic!("{other}"),
            };
            assert_eq!(status, i32::from(case.expected(operation).0), "{operation} by {case:?}");
        }
        client.cancel().await.unwrap();
        serving.await.unwrap();
    }
}

#[test]
fn a_handler_that_asks_what_is_covered_decides_alike() {
    let policy = Policy::new().floor([FLOOR]);
    for case in cases() {
        let access = Access::for_test(case.token(), &scope_table![scope]).under(&policy);
        assert!(access.acr().eq(case.acr.iter().copied()));
        assert_eq!(access.auth_time().is_some(), case.age.is_some());
        for (operation, requirement) in REQUIREMENTS {
            let expected = case.expected(operation).0 == 200;
            assert_eq!(access.covers(&requirement), expected, "{operation} by {case:?}");
            let by_scopes = policy.permits(&GrantedScopes::parse(case.scopes), &requirement);
            assert_eq!(by_scopes, expected && operation == "scope", "{operation} by {case:?}");
        }
    }
}

/// A handler's own demand includes the login of its attribute, and is refused like the attribute.
#[test]
fn a_demand_of_the_handler_is_refused_like_the_attribute() {
    #[requires_scope("files:read", also("files:write"), acr("gold"))]
    async fn shares() {}

    let reason = |acr: &str, scopes| {
        let token = Token::granting(GrantedScopes::parse(scopes)).with_acr(acr);
        let access = Access::for_test(token, &scope_table![shares]);
        access.require("files:write").err().map(|refused| refused.reason())
    };
    assert_eq!(reason("gold", "files:read files:write"), None);
    assert_eq!(reason("gold", "files:read"), Some(Reason::InsufficientScope));
    assert_eq!(reason("silver", "files:read"), Some(Reason::InsufficientAuthentication));
    assert_eq!(reason("silver", "files:read files:write"), Some(Reason::InsufficientAuthentication));
}

/// The first challenge names the login, so that the first token suffices.
#[tokio::test]
async fn every_challenge_of_an_operation_asks_for_the_login() {
    let gate = gate();
    let (router, layer) = (router(&gate), layer(&gate));
    for (operation, _) in REQUIREMENTS {
        let asked = asked(operation);
        let missing = (401, asked.clone());
        for app in [&router, &layer] {
            assert_eq!(told(&send(app, &format!("GET /{operation}"), &[]).await), missing, "{operation}");
            for bad in ["old", "unknown"] {
                let expected = (401, format!("error=\"invalid_token\", {asked}"));
                assert_eq!(http(app, operation, bad).await, expected, "{operation}");
            }
        }
    }
}

async fn router_of(gate: &Gate, request: &str) -> Value {
    send(&router(gate), request, &["authorization: Bearer t3"]).await.json()
}

#[tokio::test]
async fn bodies_name_the_error() {
    let app = router(&gate());
    let answer = send(&app, "GET /both", &["authorization: Bearer t3"]).await;
    assert_eq!(answer.status, 401);
    let body = answer.json();
    assert_eq!(body["error"], "insufficient_user_authentication");
    assert_eq!(body["scope"], "files files:write");
    assert_eq!((&body["acr_values"], &body["max_age"]), (&"gold silver".into(), &300.into()));
    let problem = router_of(&gate().body(BodyFormat::Problem), "GET /age").await;
    assert_eq!(
        (&problem["acr_values"], &problem["max_age"], &problem["status"]),
        (&Value::Null, &300.into(), &401.into())
    );
    let rpc = router_of(&gate().body(BodyFormat::JsonRpc), "GET /acr").await;
    assert_eq!(rpc["error"]["data"]["acr_values"], "gold silver");
    let custom = gate().body_with(|refused| format!("{:?} {:?}", refused.acr(), refused.max_age()));
    let custom = send(&router(&custom), "GET /both", &["authorization: Bearer t3"]).await;
    assert_eq!(custom.body, r#"["gold", "silver"] Some(300s)"#);
    assert!(answer.challenge().ends_with(
        r#"error_description="This request needs another or a more recent login than the one behind the access token""#
    ));
}
