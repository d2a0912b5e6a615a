//! rmcp servers whose guards and resources decide again, or decide what the gate left open.

use axum::Router as Plain;
use rmcp::{
    ErrorData, RoleServer, ServerHandler,
    model::{
        ReadResourceRequestParams, ReadResourceResponse, ReadResourceResult, ServerCapabilities, ServerConfig,
    },
    service::RequestContext,
    tool, tool_handler,
    transport::streamable_http_server::{
        StreamableHttpServerConfig, StreamableHttpService, session::never::NeverSessionManager,
    },
};
use scopegate::{
    Gate, GrantedScopes, Requirement, Token,
    mcp::{ANONYMOUS_DISCOVERY, Caller, McpServer, McpTable, Operation},
    mcp_table, public, requirement, requires_scope, scoped_tools,
    testing::TestVerifier,
};
use scopegate_tests::mcp::{INITIALIZE, post, request};
use serde_json::json;

use crate::recorded::{Records, gate};

const READ: Requirement = requirement!("files:read");
const SHARE: Requirement = requirement!("files:share");
const DOCUMENTS: McpTable = mcp_table![
    Operation::resource("docs:///{name}", READ),
    Operation::resource("shared:///all", SHARE),
    Operation::resource("help:///start", Requirement::PUBLIC),
];

#[derive(Clone)]
struct Documents;

#[scoped_tools]
impl Documents {
    /// Reads.
    #[requires_scope("files:read")]
    #[tool]
    async fn read(&self) -> String {
        String::new()
    }

    /// Helps.
    #[public]
    #[tool]
    async fn help(&self, Caller(_): Caller) -> String {
        String::new()
    }
}

#[tool_handler]
impl ServerHandler for Documents {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().enable_resources().build())
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        let unknown = || ErrorData::resource_not_found("Unknown resource", None);
        DOCUMENTS.resource(&request.uri).ok_or_else(unknown)?.authorize(&context)?;
        if request.uri.ends_with("index") {
            // Reading this one also reads another resource.
            DOCUMENTS.resource("shared:///all").ok_or_else(unknown)?.authorize(&context)?;
        }
        Ok(ReadResourceResult::new(Vec::new()).into())
    }
}

async fn told(app: &Plain, records: &Records, token: &str, message: String) -> Vec<String> {
    post(app, token, &[], message).await;
    records.take().iter().map(crate::recorded::Record::brief).collect()
}

fn call(tool: &str) -> String {
    request("tools/call", &json!({ "name": tool, "arguments": {} }))
}

fn read(uri: &str) -> String {
    request("resources/read", &json!({ "uri": uri }))
}

#[tokio::test]
async fn what_a_server_authorizes_is_told_where_it_is_another_decision() {
    let records = Records::default();
    let server = McpServer::new(&gate(&records), || Documents).table(&Documents::TOOLS).table(&DOCUMENTS);
    let app = server.table(&ANONYMOUS_DISCOVERY).build().unwrap();
    for (token, message, expected) in [
        ("secret-good", read("docs:///a"), &["allowed: resources/read docs:///{name}"][..]),
        ("secret-weak", read("docs:///a"), &["refused insufficient_scope: resources/read docs:///{name}"]),
        (
            "secret-share",
            read("docs:///index"),
            &["allowed: resources/read docs:///{name}", "allowed: resources/read shared:///all"],
        ),
        (
            "secret-good",
            read("docs:///index"),
            &[
                "allowed: resources/read docs:///{name}",
                "refused insufficient_scope: resources/read shared:///all",
            ],
        ),
        ("", read("help:///start"), &["allowed: resources/read help:///start"]),
        ("", call("help"), &["allowed: tools/call help"]),
        ("secret-weak", call("help"), &["allowed: tools/call help"]),
        ("", request("tools/list", &json!({})), &["allowed: method tools/list"]),
        ("", call("read"), &["refused missing_token: tools/call read"]),
    ] {
        assert_eq!(told(&app, &records, token, message.clone()).await, expected, "{message} `{token}`");
    }
}

/// A request for a session by a caller without a principal is allowed first and refused when the server answers.
#[tokio::test]
async fn a_session_that_nobody_can_have_is_told_as_denied() {
    let records = Records::default();
    let says = Token::granting(GrantedScopes::parse("api files:read"));
    let gate = gate(&records).verified_by(TestVerifier::new().token_saying("nobody", says));
    let server =
        async || ([("mcp-session-id", "s1")], axum::Json(json!({ "jsonrpc": "2.0", "id": 1, "result": {} })));
    let app =
        Plain::new().route("/mcp", axum::routing::post(server)).layer(gate.mcp_layer(DOCUMENTS).unwrap());
    let found = told(&app, &records, "nobody", INITIALIZE.to_owned()).await;
    assert_eq!(found, ["allowed", "refused denied"]);
}

/// A gate whose table has no tools, so that the guards inside decide.
fn open(gate: &Gate) -> Plain {
    const OPEN: McpTable = mcp_table![Operation::any_tool(Requirement::AUTHENTICATED)];
    let config =
        StreamableHttpServerConfig::default().with_legacy_session_mode(false).with_json_response(true);
    let service = StreamableHttpService::new(
        || Ok(Documents),
        NeverSessionManager::default().into(),
        config.disable_allowed_hosts(),
    );
    Plain::new().route_service("/mcp", service).layer(gate.mcp_layer(OPEN).unwrap())
}

#[tokio::test]
async fn what_a_gate_leaves_to_a_guard_is_told_by_both() {
    let records = Records::default();
    let app = open(&gate(&records));
    for (token, expected) in [
        // The gate's table has no row for the tool, so the lock has none either.
        ("secret-good", &["allowed: tools/call *", "allowed"][..]),
        ("secret-weak", &["allowed: tools/call *", "refused insufficient_scope"]),
        ("secret-none", &["refused insufficient_scope: tools/call *"]),
    ] {
        assert_eq!(told(&app, &records, token, call("read")).await, expected, "`{token}`");
    }
}
