//! Operations that require a login in more than one place: groups, methods and batches, and a client that follows the challenges.

use std::time::{Duration, SystemTime};

use axum::{Json, Router as Plain, routing as plain};
use scopegate::{
    Gate, GrantedScopes, Requirement, Resource, Router, StaticKeys, Token,
    mcp::{McpTable, Operation},
    mcp_table, requirement, requires_scope,
    routing::get,
    testing::TestVerifier,
};
use scopegate_tests::{
    exchange::send,
    mcp::{post, request},
};
use serde_json::{Value, json};

#[requires_scope("files:write", acr("silver", "gold"), max_age = 600)]
async fn write() {}

#[requires_scope("files:read")]
async fn read() {}

#[requires_scope("files:read", acr("bronze"))]
async fn other() {}

const LOGIN: Requirement = requirement!("files", acr("gold", "platinum"), max_age = 900);

fn gate() -> Gate {
    let token = |scopes: &str, acr: &str| {
        Token::granting(GrantedScopes::parse(scopes)).with_acr(acr).with_auth_time(SystemTime::now())
    };
    let old = token("files files:write", "gold").with_auth_time(SystemTime::now() - Duration::from_secs(700));
    let verifier = TestVerifier::new()
        .token_saying("gold", token("files files:write files:read", "gold"))
        .token_saying("silver", token("files files:write files:read", "silver"))
        .token_saying("platinum", token("files files:write files:read", "platinum"))
        .token_saying("old", old);
    let resource = Resource::new("https://example.com/mcp").unwrap();
    Gate::new(resource.authorization_server("https://auth.example.com").unwrap(), verifier)
}

async fn get_with(app: &Plain, path: &str, token: &str) -> (u16, String) {
    let answer = send(app, &format!("GET {path}"), &[&format!("authorization: Bearer {token}")]).await;
    let challenge = answer.challenge().split(", resource_metadata=").next().unwrap_or_default().to_owned();
    (answer.status.as_u16(), challenge)
}

#[tokio::test]
async fn a_group_adds_its_login_to_each_route() {
    let routes = Router::new().route("/write", get(write)).route("/read", get(read)).requiring(LOGIN);
    let table = routes.table().to_string();
    assert!(table.contains(r#"files files:write acr="gold" max_age="600""#), "{table}");
    assert!(table.contains(r#"files files:read acr="gold" acr="platinum" max_age="900""#), "{table}");
    let app: Plain = routes.protect(gate()).unwrap();

    assert_eq!(get_with(&app, "/write", "gold").await.0, 200);
    assert_eq!(get_with(&app, "/read", "platinum").await.0, 200);
    assert_eq!(get_with(&app, "/read", "silver").await.0, 401);
    for token in ["silver", "platinum", "old"] {
        let (status, challenge) = get_with(&app, "/write", token).await;
        assert_eq!(status, 401, "{token}");
        assert_eq!(
            challenge,
            r#"Bearer error="insufficient_user_authentication", scope="files files:write", acr_values="gold", max_age="600""#
        );
    }
}

#[test]
fn a_group_and_a_route_without_a_value_in_common_do_not_start() {
    let routes: Router = Router::new().route("/other", get(other)).requiring(LOGIN);
    let error = routes.protect(gate()).unwrap_err().to_string();
    assert!(
        error.contains("one requirement accepts `gold`, `platinum` as `acr`, and the other accepts `bronze`"),
        "{error}"
    );
}

#[tokio::test]
async fn a_method_and_a_tool_are_asked_for_in_one_challenge() {
    const TABLE: McpTable = mcp_table![
        Operation::method("tools/call", requirement!(acr("gold", "silver"), max_age = 900)),
        Operation::tool("write", requirement!("files:write", acr("silver", "gold"), max_age = 600)),
        Operation::tool("read", requirement!("files:read")),
    ];
    let answer =
        async |Json(call): Json<Value>| Json(json!({ "jsonrpc": "2.0", "id": call["id"], "result": {} }));
    let app = Plain::new().route("/mcp", plain::post(answer)).layer(gate().mcp_layer(TABLE).unwrap());
    let call = |tool: &str| request("tools/call", &json!({ "name": tool, "arguments": {} }));
    assert_eq!(post(&app, "gold", &[], call("write")).await.status, 200);
    assert_eq!(post(&app, "old", &[], call("read")).await.status, 403);
    for (token, tool, expected) in [
        ("old", "write", r#"scope="files:write", acr_values="gold silver", max_age="600","#),
        ("platinum", "read", r#"scope="files:read", acr_values="gold silver", max_age="900","#),
    ] {
        let refused = post(&app, token, &[], call(tool)).await;
        assert_eq!(refused.status, 401);
        assert!(refused.challenge().contains(expected), "{}", refused.challenge());
    }
}

/// A static key has no login behind it.
#[tokio::test]
async fn a_static_key_never_suffices() {
    let keys = StaticKeys::parse("sk_all=files:write files:read").unwrap();
    let routes: Router = Router::new().route("/write", get(write)).route("/read", get(read));
    let app = routes.protect(gate().verified_by(keys.or(TestVerifier::new()))).unwrap();
    assert_eq!(get_with(&app, "/read", "sk_all").await.0, 200);
    let refused = send(&app, "GET /write", &["authorization: Bearer sk_all"]).await;
    assert_eq!(refused.status, 401);
    assert!(refused.challenge().contains("insufficient_user_authentication"), "{}", refused.challenge());
}
