//! The contract of scope challenges: one 403 names every scope that an operation needs, and a token with these scopes is accepted.

mod gating;

use axum::Router;
use gating::IntoGate;
use http::StatusCode;
use rmcp::{
    ErrorData, RoleServer, ServerHandler,
    model::{
        PromptMessage, ReadResourceRequestParams, ReadResourceResponse, ReadResourceResult, ResourceContents,
        Role,
    },
    prompt, prompt_handler,
    service::RequestContext,
    tool, tool_handler,
};
use scopegate::{
    Access, Requirement,
    mcp::{McpServer, McpTable, Operation},
    mcp_table, requirement, requires_scope, scoped_tools,
    testing::TestVerifier,
};
use scopegate_tests::{
    exchange::Answer,
    mcp::{INITIALIZE, insufficient, post, request},
};
use serde_json::json;

const BASELINE: Requirement = requirement!("mcp:conformance:baseline");
const STATIC_TEXT: Requirement =
    requirement!("mcp:conformance:resources:read", "mcp:conformance:resources:static-text");
const TEMPLATE: Requirement =
    requirement!("mcp:conformance:resources:read", "mcp:conformance:resources:template:{id}");

/// Rows for which there is no attribute: resources, and the methods that every client calls first.
const OTHERS: McpTable = mcp_table![
    Operation::resource("test://static-text", STATIC_TEXT),
    Operation::resource("test://template/{id}/data", TEMPLATE),
    Operation::method("initialize", BASELINE),
    Operation::method("server/discover", BASELINE),
    Operation::method("tools/list", BASELINE),
    Operation::method("prompts/list", BASELINE),
];

struct Server;

#[scoped_tools]
impl Server {
    /// Answers a text.
    #[requires_scope("mcp:conformance:tools:call", "mcp:conformance:tools:test_simple_text")]
    #[tool]
    fn test_simple_text() -> String {
        "text".to_owned()
    }

    /// Asks for a text.
    #[requires_scope("mcp:conformance:prompts:get", "mcp:conformance:prompts:test_simple_prompt")]
    #[prompt]
    async fn test_simple_prompt(&self) -> Vec<PromptMessage> {
        vec![PromptMessage::new_text(Role::User, "prompt")]
    }
}

#[tool_handler]
#[prompt_handler]
impl ServerHandler for Server {
    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        let found = OTHERS.resource(&request.uri);
        let found = found.ok_or_else(|| ErrorData::resource_not_found("Unknown resource", None))?;
        Access::try_from(&context)?.require_resource(&found)?;
        let text = format!("{} of {}", found.part("id").unwrap_or("all"), found.template());
        Ok(ReadResourceResult::new(vec![ResourceContents::text(text, &request.uri)]).into())
    }
}

const FULL: &str = "mcp:conformance:baseline \
    mcp:conformance:tools:call mcp:conformance:tools:test_simple_text \
    mcp:conformance:resources:read mcp:conformance:resources:static-text mcp:conformance:resources:template:123 \
    mcp:conformance:prompts:get mcp:conformance:prompts:test_simple_prompt";

/// An operation, the scopes in its challenge, and a text in its answer.
const OPERATIONS: [(&str, &str, &str, &str); 4] = [
    (
        "tools/call",
        r#"{"name":"test_simple_text","arguments":{}}"#,
        "mcp:conformance:tools:call mcp:conformance:tools:test_simple_text",
        r#""text":"text""#,
    ),
    (
        "resources/read",
        r#"{"uri":"test://static-text"}"#,
        "mcp:conformance:resources:read mcp:conformance:resources:static-text",
        r#""text":"all of test://static-text""#,
    ),
    (
        "resources/read",
        r#"{"uri":"test://template/123/data"}"#,
        "mcp:conformance:resources:read mcp:conformance:resources:template:123",
        r#""text":"123 of test://template/{id}/data""#,
    ),
    (
        "prompts/get",
        r#"{"name":"test_simple_prompt"}"#,
        "mcp:conformance:prompts:get mcp:conformance:prompts:test_simple_prompt",
        r#""text":"prompt""#,
    ),
];

/// The server behind a gate. The gate also knows a token with exactly the scopes of each challenge.
fn app() -> Router {
    let mut tokens = TestVerifier::new()
        .token("mcp-conformance-scope-low", "mcp:conformance:baseline")
        .token("mcp-conformance-scope-full", FULL);
    for (at, (_, _, scopes, _)) in OPERATIONS.iter().enumerate() {
        tokens = tokens.token(&format!("just-{at}"), scopes);
    }
    let gate = tokens.gate("https://example.com/mcp").unwrap();
    McpServer::new(&gate, || Server).table(&Server::TOOLS).table(&OTHERS).build().unwrap()
}

async fn ask(app: &Router, token: &str, method: &str, params: &str) -> Answer {
    post(app, token, &[], request(method, &serde_json::from_str(params).unwrap())).await
}

#[tokio::test]
async fn each_operation_names_both_of_its_scopes_and_passes_with_them() {
    let app = app();
    for (at, (method, params, scopes, text)) in OPERATIONS.into_iter().enumerate() {
        let low = ask(&app, "mcp-conformance-scope-low", method, params).await;
        assert_eq!(low.status, StatusCode::FORBIDDEN, "{params}");
        assert_eq!(low.challenge(), insufficient(scopes), "{params}");
        for token in ["mcp-conformance-scope-full", &format!("just-{at}")] {
            let passed = ask(&app, token, method, params).await;
            assert_eq!(passed.status, StatusCode::OK, "{params}");
            assert!(passed.body.contains(text), "{}", passed.body);
        }
        let other = ask(&app, &format!("just-{}", (at + 1) % 4), method, params).await;
        assert_eq!(
            (other.status, other.challenge()),
            (StatusCode::FORBIDDEN, &*insufficient(scopes)),
            "{params}"
        );
    }
}

#[tokio::test]
async fn the_scope_of_a_template_comes_from_the_uri() {
    let app = app();
    let read = async |uri: &str| {
        let params = json!({ "uri": uri }).to_string();
        ask(&app, "mcp-conformance-scope-full", "resources/read", &params).await
    };
    for id in ["124", "12", "1234", "~a_B-1.2"] {
        let answer = read(&format!("test://template/{id}/data")).await;
        let scope = format!("mcp:conformance:resources:template:{id}");
        assert_eq!(answer.challenge(), insufficient(&format!("mcp:conformance:resources:read {scope}")));
    }
    for id in ["{id}", "", ".", "..", "123/..", "%31%32%33", "123 mcp:x", "123\"", "123:admin", "１２３"] {
        let answer = read(&format!("test://template/{id}/data")).await;
        assert_eq!((answer.status, answer.challenge()), (StatusCode::OK, ""), "{id}");
        assert!(
            answer.body.contains(r#""error":{"code":-32602,"message":"Unknown resource""#),
            "{}",
            answer.body
        );
    }
}

#[tokio::test]
async fn the_low_token_can_look_around() {
    let app = app();
    for method in ["tools/list", "prompts/list"] {
        let answer = ask(&app, "mcp-conformance-scope-low", method, "{}").await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        assert!(answer.body.contains("test_simple_"), "{}", answer.body);
        let refused = ask(&app, "just-0", method, "{}").await;
        assert_eq!(refused.challenge(), insufficient("mcp:conformance:baseline"));
    }
    let answer = post(&app, "mcp-conformance-scope-low", &[], INITIALIZE).await;
    assert!(answer.body.contains(r#""prompts":{}"#), "{}", answer.body);
}
