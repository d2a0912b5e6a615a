//! Operations of MCP servers that no row declares, and URIs that cost too much.
#![allow(clippy::unused_self, reason = "tools of a server that has nothing")]

use std::sync::{Arc, Mutex};

use axum::{Json, Router as AxumRouter, extract::Request, routing::any};
use rmcp::{
    ErrorData, RoleServer, ServerHandler,
    handler::server::{
        router::tool::{ToolRoute, ToolRouter},
        tool::ToolCallContext,
    },
    model::{
        CallToolRequestParams, CallToolResponse, CallToolResult, GetPromptRequestParams, GetPromptResponse,
        GetPromptResult, ListToolsResult, PaginatedRequestParams, ReadResourceRequestParams,
        ReadResourceResponse, ReadResourceResult, ServerCapabilities, ServerConfig, Tool,
    },
    service::RequestContext,
    tool,
};
use scopegate::{
    Gate, Requirement, Router, Scope, authenticated,
    mcp::{McpServer, McpTable, Operation},
    mcp_table, requirement, requires_scope,
    routing::get,
    scoped_tools,
    testing::TestVerifier,
};
use scopegate_tests::{
    counter::Counter,
    exchange::send,
    mcp::{post, request},
};
use serde_json::json;

use crate::gating::IntoGate;

const ADMIN: Requirement = requirement!("files:admin");
const TABLE: McpTable = mcp_table![
    Operation::tool("list_files", Requirement::AUTHENTICATED),
    Operation::tool("purge_files", ADMIN),
];

fn gate() -> Gate {
    let tokens = TestVerifier::new().token("read", "files:read").token("all", "files:read files:admin");
    tokens.gate("https://example.com/mcp").unwrap().floor([Scope::from_static("files:read")])
}

/// Every operation that is missing from a table with two tools.
fn unlisted() -> Vec<String> {
    let complete = |reference| request("completion/complete", &json!({ "ref": reference }));
    let mut bodies = vec![
        request("tools/call", &json!({ "name": "forgotten" })),
        request("tools/call", &json!({ "name": "Purge_Files" })),
        request("prompts/get", &json!({ "name": "forgotten" })),
        complete(json!({ "type": "ref/prompt", "name": "forgotten" })),
        complete(json!({ "type": "ref/resource", "uri": "file:///{name}" })),
        request("subscriptions/listen", &json!({ "notifications": { "resourceSubscriptions": ["a:b"] } })),
        r#"{"jsonrpc":"2.0","method":"notifications/purge"}"#.to_owned(),
    ];
    for method in ["resources/read", "resources/subscribe", "resources/directory/read", "skills/get"] {
        bodies.push(request(method, &json!({ "uri": "file:///forgotten" })));
    }
    for method in ["admin/purge", "tasks/cancel", "tasks/get", "tasks/result", "TOOLS/CALL"] {
        bodies.push(request(method, &json!({ "name": "purge_files", "taskId": "7" })));
    }
    bodies
}

#[tokio::test]
async fn nothing_that_no_row_is_about_reaches_the_server() {
    let reached = Counter::default();
    let count = reached.clone();
    let rpc = any(async move |_: Request| {
        count.count();
        Json(json!({}))
    });
    let app = AxumRouter::new().route("/mcp", rpc).layer(gate().mcp_layer(TABLE).unwrap());
    for body in unlisted() {
        let answer = post(&app, "all", &[], body.clone()).await;
        assert_eq!((answer.status.as_u16(), answer.challenge()), (200, ""), "{body}");
        let code = &answer.json()["error"]["code"];
        assert!(code == -32602 || code == -32601, "{body} {code}");
        let batch = format!("[{},{body}]", request("ping", &json!({})));
        post(&app, "all", &[], batch).await;
        assert_eq!(reached.get(), 0, "{body}");
    }
    for method in ["initialize", "ping", "tools/list", "resources/templates/list", "server/discover"] {
        let before = reached.get();
        post(&app, "read", &[], request(method, &json!({}))).await;
        assert_eq!(reached.get(), before + 1, "{method}");
    }
}

/// A server that adds tools while it runs and hides them from its list. It answers every prompt and resource.
#[derive(Clone)]
struct Growing {
    ran: Counter,
    router: Arc<Mutex<ToolRouter<Self>>>,
}

#[scoped_tools]
impl Growing {
    /// Lists the files.
    #[authenticated]
    #[tool]
    fn list_files(&self) -> String {
        "hello.txt".to_owned()
    }
}

impl Growing {
    fn grow(&self, name: &'static str) {
        let ran = self.ran.clone();
        let tool = Tool::new(name, "Was added while the server runs.", Arc::default());
        let route = ToolRoute::new_dyn(tool, move |_: ToolCallContext<'_, Self>| {
            ran.count();
            Box::pin(async { Ok(CallToolResult::success(Vec::new()).into()) })
        });
        self.router.lock().unwrap().add_route(route);
    }
}

impl ServerHandler for Growing {
    fn get_info(&self) -> ServerConfig {
        let capabilities = ServerCapabilities::builder().enable_tools().enable_prompts().enable_resources();
        ServerConfig::new(capabilities.build())
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let router = self.router.lock().unwrap().clone();
        router.call(ToolCallContext::new(self, request, context)).await
    }

    /// Never answers, as if it waited for a task of the runtime that the server was built in.
    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        self.ran.count();
        std::future::pending().await
    }

    async fn get_prompt(
        &self,
        _: GetPromptRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<GetPromptResponse, ErrorData> {
        self.ran.count();
        Ok(GetPromptResult::new(Vec::new()).into())
    }

    async fn read_resource(
        &self,
        _: ReadResourceRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        self.ran.count();
        Ok(ReadResourceResult::new(Vec::new()).into())
    }
}

#[tokio::test]
async fn what_an_rmcp_server_gets_after_its_start_is_unknown() {
    let starts = Counter::default();
    let server = Growing { ran: Counter::default(), router: Arc::new(Mutex::new(Growing::tool_router())) };
    let (count, own) = (starts.clone(), server.clone());
    let make = move || {
        count.count();
        own.clone()
    };
    let app = McpServer::new(&gate(), make).table(&Growing::TOOLS).build().unwrap();
    assert_eq!((starts.get(), server.ran.get()), (0, 0), "no code of the program runs at startup");
    server.grow("purge_everything");
    for body in unlisted().into_iter().chain([request("tools/call", &json!({ "name": "purge_everything" }))])
    {
        let answer = post(&app, "all", &[], body.clone()).await;
        assert_eq!(answer.status, 200, "{body}");
        assert!(answer.json()["error"]["code"].as_i64() <= Some(-32600), "{body}");
        assert_eq!(server.ran.get(), 0, "{body}");
    }
    let opened = {
        let server = server.clone();
        let any = McpTable::from_iter([Operation::any_tool(Requirement::AUTHENTICATED)]);
        McpServer::new(&gate(), move || server.clone()).table(&Growing::TOOLS).table(&any).build().unwrap()
    };
    post(&opened, "read", &[], request("tools/call", &json!({ "name": "purge_everything" }))).await;
    assert_eq!(server.ran.get(), 1, "the tool exists, and a row opens it");
}

#[tokio::test]
async fn a_uri_without_end_is_neither_compared_nor_repeated() {
    let templates = (0..500).map(|at| &*format!("docs://{{a}}/{{b}}/{at}").leak());
    let table = templates.map(|uri| Operation::resource(uri, Requirement::AUTHENTICATED)).collect();
    let app = AxumRouter::new().route("/mcp", any(|| async {})).layer(gate().mcp_layer(table).unwrap());
    let read = |uri: &str| request("resources/read", &json!({ "uri": uri }));
    let listen = |uri: &str| {
        request(
            "subscriptions/listen",
            &json!({ "notifications": { "resourceSubscriptions": vec![uri; 256] } }),
        )
    };
    let fits = format!("docs://{}/b/1", "a".repeat(1024));
    assert_eq!(post(&app, "read", &[], read(&fits)).await.status, 200);
    assert_eq!(post(&app, "read", &[], read(&fits)).await.body, "", "it reached the service");
    for body in [
        read(&format!("docs://{}", "a".repeat(4_000_000))),
        listen(&format!("docs://{}", "a".repeat(15_000))),
    ] {
        let answer = post(&app, "read", &[], body).await;
        assert_eq!(answer.json()["error"]["message"], "Unknown resource");
        assert!(answer.body.len() < 200, "{} bytes", answer.body.len());
    }
}

#[requires_scope("tenant:{tenant}")]
async fn of_tenant() {}

#[tokio::test]
async fn dots_are_no_values_on_paths_either() {
    let tokens = TestVerifier::new().token("dots", "tenant:. tenant:.. tenant:...");
    let gate = tokens.gate("https://h.example").unwrap();
    let app = Router::new().route("/t/{tenant}", get(of_tenant)).protect(gate).unwrap();
    for value in [".", "..", "%2e", "%2E.", &"a".repeat(1025)] {
        let answer = send(&app, &format!("GET /t/{value}"), &["authorization: Bearer dots"]).await;
        assert_eq!((answer.status.as_u16(), answer.challenge()), (400, ""), "{value}");
    }
    assert_eq!(send(&app, "GET /t/...", &["authorization: Bearer dots"]).await.status, 200);
    let longest = send(&app, &format!("GET /t/{}", "a".repeat(1024)), &["authorization: Bearer dots"]).await;
    assert_eq!(longest.status, 403);
}
