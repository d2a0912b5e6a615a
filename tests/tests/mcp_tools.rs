//! `#[scoped_tools]`: the guard inside each tool decides, independently of the layers before the server.

mod gating;

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::SeqCst},
};

use axum::Router;
use gating::IntoGate;
use rmcp::{
    ErrorData, ServerHandler, ServiceExt,
    handler::server::{router::tool::ToolRouter, wrapper::Parameters},
    model::{CallToolRequestParams, ServerConfig},
    schemars, tool, tool_handler, tool_router,
    transport::streamable_http_server::{
        StreamableHttpServerConfig, StreamableHttpService, session::never::NeverSessionManager,
    },
};
use scopegate::{
    Access, Requirement, Scope, authenticated,
    mcp::{LocalTrust, McpTable, Operation, ScopedTools},
    mcp_table, requires_scope, scoped_tools,
    table::Entry,
    testing::TestVerifier,
};
use scopegate_tests::{
    counter::Counter,
    mcp::{insufficient, post, request},
};
use serde_json::{Value, json};

/// Parameters that count how often they are read.
#[derive(schemars::JsonSchema)]
struct Touchy {
    #[expect(dead_code, reason = "only the schema uses it")]
    path: String,
}

static TOUCHED: AtomicUsize = AtomicUsize::new(0);

impl<'de> serde::Deserialize<'de> for Touchy {
    fn deserialize<D: serde::Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        TOUCHED.fetch_add(1, SeqCst);
        Err(serde::de::Error::custom("never"))
    }
}

const ADMIN: Scope = Scope::from_static("files:admin");

#[derive(Clone)]
struct Files<T> {
    ran: Counter,
    router: ToolRouter<Self>,
    disk: T,
}

impl<T: Clone + Send + Sync + 'static> Files<T> {
    fn new(ran: Counter, disk: T) -> Self {
        Self { ran, router: Self::tool_router() + Self::admin_router() + Self::more() + Self::above(), disk }
    }
}

#[scoped_tools]
impl<T> Files<T>
where
    T: Clone + Send + Sync + 'static,
{
    /// Lists the files.
    #[authenticated]
    #[tool]
    async fn list_files(&self) -> String {
        let _ = self.disk();
        self.ran.count();
        "hello.txt".to_owned()
    }

    /// Writes a file.
    #[tool(name = "write", description = "writes")]
    #[requires_scope("files:write")]
    async fn write_file(&self, Parameters(_): Parameters<Touchy>) {
        self.ran.count();
    }

    /// Says who calls.
    #[authenticated]
    #[tool]
    async fn whoami(&self, access: Access) -> String {
        self.ran.count();
        access.subject().unwrap_or("nobody").to_owned()
    }

    /// No tool.
    fn disk(&self) -> &T {
        &self.disk
    }
}

#[scoped_tools(router = admin_router, vis = "pub(crate)")]
impl<T: Clone + Send + Sync + 'static> Files<T> {
    /// Forgets every file.
    #[requires_scope(any(ADMIN, all("files:write", "files:purge")))]
    #[tool]
    fn purge_files(&self) {
        self.ran.count();
    }
}

#[scoped_tools]
#[tool_router(router = more)]
impl<T: Clone + Send + Sync + 'static> Files<T> {
    /// Needs no server.
    #[requires_scope("files:write")]
    #[tool]
    fn r#static() -> String {
        "static".to_owned()
    }
}

#[tool_router(router = above, vis = "pub(crate)")]
#[scoped_tools]
impl<T: Clone + Send + Sync + 'static> Files<T> {
    /// Stands below rmcp's own attribute.
    #[tool]
    #[requires_scope("files:write")]
    async fn below(&self) {
        self.ran.count();
    }
}

#[tool_handler(router = self.router)]
impl<T: Clone + Send + Sync + 'static> ServerHandler for Files<T> {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::default()
    }
}

type Server = Files<u8>;

#[test]
fn the_tables_say_what_each_tool_needs() {
    let lines = |table: &McpTable| {
        let rows = table.to_scope_table();
        let line = |(one, row): (&Operation, &Entry)| {
            format!("{} {} {}", one.name(), one.requirement(), row.handler())
        };
        table.operations().iter().zip(rows.entries()).map(line).collect::<Vec<_>>()
    };
    assert_eq!(
        lines(&Server::TOOLS),
        [
            "list_files authenticated mcp_tools::Files<T>::list_files",
            "write files:write mcp_tools::Files<T>::write_file",
            "whoami authenticated mcp_tools::Files<T>::whoami",
        ],
    );
    assert_eq!(<Server as ScopedTools>::TOOLS, Server::TOOLS);
    assert_eq!(
        lines(&Server::ADMIN_ROUTER_TOOLS),
        ["purge_files files:admin | files:write files:purge mcp_tools::Files<T>::purge_files"],
    );
    assert_eq!(lines(&Server::MORE_TOOLS), ["r#static files:write mcp_tools::Files<T>::static"]);
}

#[test]
fn the_table_names_the_tools_as_rmcp_does() {
    let names = |router: ToolRouter<Server>| {
        router.list_all().into_iter().map(|tool| tool.name.into_owned()).collect::<Vec<_>>()
    };
    for (router, table) in [
        (Server::tool_router(), Server::TOOLS),
        (Server::admin_router(), Server::ADMIN_ROUTER_TOOLS),
        (Server::more(), Server::MORE_TOOLS),
        (Server::above(), Server::ABOVE_TOOLS),
    ] {
        let mut declared: Vec<&str> = table.operations().iter().map(Operation::name).collect();
        declared.sort_unstable();
        assert_eq!(names(router), declared);
    }
}

fn service(ran: &Counter) -> StreamableHttpService<Server, NeverSessionManager> {
    let ran = ran.clone();
    let config =
        StreamableHttpServerConfig::default().with_legacy_session_mode(false).with_json_response(true);
    StreamableHttpService::new(
        move || Ok(Files::new(ran.clone(), 0)),
        Arc::new(NeverSessionManager::default()),
        config.disable_allowed_hosts(),
    )
}

/// Opens all tools at the gate, so that only the guards inside decide.
const OPEN: McpTable = mcp_table![Operation::any_tool(Requirement::AUTHENTICATED)];

fn behind_an_ignorant_gate(ran: &Counter) -> Router {
    let tokens = TestVerifier::new()
        .token("read", "files:read")
        .token("write", "files:read files:write")
        .token("admin", "files:read files:admin");
    let gate = tokens.gate("https://example.com/mcp").unwrap().floor([Scope::from_static("files:read")]);
    let layer = gate.mcp_layer(OPEN).unwrap();
    Router::new().route_service("/mcp", service(ran)).layer(layer)
}

async fn call(app: &Router, token: &str, tool: &str) -> Value {
    let params = json!({ "name": tool, "arguments": { "path": "a" } });
    let answer = post(app, token, &[], request("tools/call", &params)).await;
    assert_eq!(answer.status, 200, "{tool}: {}", answer.body);
    answer.json()
}

#[tokio::test]
async fn the_guard_inside_is_the_authority() {
    let ran = Counter::default();
    let app = behind_an_ignorant_gate(&ran);
    for (token, tool, scope) in [
        ("read", "write", "files:read files:write"),
        ("read", "purge_files", "files:read files:admin"),
        ("write", "purge_files", "files:read files:admin"),
        ("admin", "r#static", "files:read files:write"),
        ("admin", "below", "files:read files:write"),
    ] {
        let error = json!({
            "code": 403,
            "message": "The access token lacks a scope that this request needs",
            "data": { "error": "insufficient_scope", "scope": scope, "www_authenticate": [insufficient(scope)] },
        });
        assert_eq!(call(&app, token, tool).await["error"], error, "{tool}");
    }
    assert_eq!((ran.get(), TOUCHED.load(SeqCst)), (0, 0), "no tool ran, and no parameters were read");
    assert_eq!(call(&app, "write", "write").await["result"]["isError"], true);
    assert_eq!((ran.get(), TOUCHED.load(SeqCst)), (0, 1), "with the scope, parameters are read");
    assert!(call(&app, "read", "list_files").await["result"].is_object());
    assert!(call(&app, "admin", "purge_files").await["result"].is_object());
    assert!(call(&app, "write", "r#static").await["result"].is_object());
    assert_eq!(ran.get(), 2);
    assert_eq!(call(&app, "admin", "whoami").await["result"]["content"][0]["text"], "admin");
    assert_eq!(call(&app, "admin", "unknown").await["error"]["code"], -32602);
}

#[tokio::test]
async fn without_a_gate_no_tool_runs() {
    let ran = Counter::default();
    let app = Router::new().route_service("/mcp", service(&ran));
    for tool in ["list_files", "whoami", "purge_files"] {
        let answer = call(&app, "admin", tool).await;
        assert_eq!(answer["error"]["code"], 500, "{answer}");
        assert_eq!(answer["error"]["message"], "The server is not configured correctly");
    }
    assert_eq!(ran.get(), 0);
}

#[tokio::test]
async fn without_http_tools_refuse_unless_the_caller_is_trusted() {
    let ran = Counter::default();
    let call = async |server: Server, trust: Option<&'static str>, tool: &'static str| {
        let (here, there) = tokio::io::duplex(4096);
        let serving = tokio::spawn(async move {
            match trust {
                Some(scopes) => {
                    LocalTrust::new(server, scopes).serve(there).await.unwrap().waiting().await.unwrap();
                }
                None => _ = server.serve(there).await.unwrap().waiting().await.unwrap(),
            }
        });
        let client = ().serve(here).await.unwrap();
        let result = client.call_tool(CallToolRequestParams::new(tool)).await;
        client.cancel().await.unwrap();
        serving.await.unwrap();
        result.map_err(|error| match error {
            rmcp::ServiceError::McpError(error) => error,
            other => panic!("{other}"),
        })
    };
    let server = || Files::new(ran.clone(), 0);
    for tool in ["list_files", "purge_files", "whoami"] {
        let ErrorData { code, message, data, .. } = call(server(), None, tool).await.unwrap_err();
        assert_eq!((code.0, data), (401, None), "{tool}");
        assert_eq!(message, "This needs an access token, and a transport without HTTP carries none");
    }
    assert_eq!(ran.get(), 0);
    let trust = Some("files:read files:admin");
    for tool in ["list_files", "purge_files", "whoami"] {
        call(server(), trust, tool).await.unwrap();
    }
    assert_eq!(ran.get(), 3);
    let refused = call(server(), trust, "r#static").await.unwrap_err();
    assert_eq!(refused.code.0, 403);
    assert_eq!(refused.message, "The local user lacks a scope that this request needs");
    assert_eq!(refused.data, Some(json!({ "error": "insufficient_scope", "scope": "files:write" })));
}

#[tokio::test]
async fn a_trusted_caller_sees_tools_that_its_scopes_do_not_allow() {
    let (here, there) = tokio::io::duplex(4096);
    let server = LocalTrust::new(Files::new(Counter::default(), 0), "files:read");
    let serving =
        tokio::spawn(async move { _ = server.serve(there).await.unwrap().waiting().await.unwrap() });
    let client = ().serve(here).await.unwrap();
    let listed = client.list_all_tools().await.unwrap();
    for tool in ["list_files", "purge_files", "r#static"] {
        assert!(listed.iter().any(|entry| entry.name == tool), "{tool}");
    }
    client.cancel().await.unwrap();
    serving.await.unwrap();
}
