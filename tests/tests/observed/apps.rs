//! The same rows in each kind of application, with the lock of each.

use axum::{Json, Router as Plain, routing as plain};
use rmcp::{
    ServerHandler,
    model::{ServerCapabilities, ServerConfig},
    tool, tool_handler,
};
use scopegate::{
    Access, Gate, Rejection, Requirement, Router, ScopeTable, authenticated,
    export::Lock,
    mcp::{Lists, McpServer, McpTable, Operation},
    mcp_table, public, requirement, requires_scope,
    routing::get,
    scope_table, scoped_tools,
};
use serde_json::Value;

#[requires_scope("files:read")]
async fn read() {}

#[requires_scope("files:read", also("files:share"))]
async fn share(access: Access) -> Result<(), Rejection> {
    access.require("files:share")
}

#[requires_scope("tenant:{tenant}:read")]
async fn of_tenant() {}

const PURGE: &str = "files:purge";

#[authenticated]
async fn undeclared(access: Access) -> Result<(), Rejection> {
    // An attribute does not see the value of a constant.
    access.require(PURGE)
}

#[public]
async fn health() {}

#[public]
async fn greet(_: Option<Access>) {}

fn routes() -> Router {
    Router::new()
        .route("/files/{name}", get(read))
        .route("/share", get(share))
        .route("/tenants/{tenant}", get(of_tenant))
        .route("/undeclared", get(undeclared))
        .route("/health", get(health))
        .route("/greet", get(greet))
        .nest("/nested", Router::new().route("/read", get(read)).route_service("/static", files()))
        .nest_service("/below", files())
        .method_not_allowed_fallback(share)
}

fn files() -> scopegate::routing::Guarded<plain::MethodRouter> {
    scopegate::guarded(requirement!("files:read"), plain::get(async || ()))
}

pub(crate) fn router(gate: &Gate) -> (Plain, ScopeTable) {
    (routes().protect(gate.clone()).unwrap(), routes().table())
}

pub(crate) fn layer(gate: &Gate) -> (Plain, ScopeTable) {
    const TABLE: ScopeTable = scope_table![GET "/files/{name}" => read, share];
    let app = Plain::new()
        .route("/files/{name}", plain::get(read))
        .route("/share", plain::get(share))
        .route("/unlisted", plain::get(async || ()));
    (app.layer(gate.layer(TABLE).unwrap()), TABLE)
}

/// An MCP server that scopegate does not provide.
pub(crate) fn mcp_layer(gate: &Gate) -> (Plain, ScopeTable) {
    const READ: Requirement = requirement!("files:read");
    const SHARE: Requirement = requirement!("files:read", "files:share");
    const TENANT: Requirement = requirement!("files:read", "tenant:{tenant}:read");
    const TABLE: McpTable = mcp_table![
        Operation::tool("read", READ),
        Operation::tool("share", SHARE),
        Operation::tool("help", Requirement::PUBLIC),
        Operation::prompt("read", READ),
        Operation::resource("docs://{tenant}/{name}", TENANT),
        Operation::method("tools/list", READ),
        Operation::method("completion/complete", SHARE),
    ];
    let answer = async |Json(call): Json<Value>| {
        Json(serde_json::json!({ "jsonrpc": "2.0", "id": call["id"], "result": {} }))
    };
    let app = Plain::new().route("/mcp", plain::post(answer)).layer(gate.mcp_layer(TABLE).unwrap());
    (app, TABLE.to_scope_table())
}

#[derive(Clone)]
pub(crate) struct Files;

#[scoped_tools]
impl Files {
    /// Reads.
    #[requires_scope("files:read")]
    #[tool]
    async fn read(&self) -> String {
        String::new()
    }

    /// Shares.
    #[requires_scope("files:read", also("files:share"))]
    #[tool]
    async fn share(&self, access: Access) -> Result<String, Rejection> {
        access.require("files:share").map(|()| String::new())
    }

    /// Purges.
    #[requires_scope("files:admin")]
    #[tool]
    async fn purge(&self) -> String {
        String::new()
    }
}

#[tool_handler]
impl ServerHandler for Files {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
    }
}

pub(crate) fn of_files() -> ScopeTable {
    Files::TOOLS.to_scope_table()
}

pub(crate) fn rmcp(gate: &Gate) -> (Plain, ScopeTable) {
    let server = McpServer::new(gate, || Files).table(&Files::TOOLS).lists(Lists::Callable);
    (server.build().unwrap(), of_files())
}

/// Tells whether a line of the lock belongs to the row with this id.
pub(crate) fn is_in_lock(table: &ScopeTable, id: &str) -> bool {
    let lock = Lock::of(&scopegate::Policy::new(), table).to_string();
    let entries = table.entries().iter().filter(|entry| entry.id() == id).count();
    entries > 0 && lock.lines().any(|line| line.strip_prefix(id).is_some_and(|rest| rest.starts_with(' ')))
}
