// `Files` has a router of rmcp, but no table.
use rmcp::{ServerHandler, tool, tool_handler, tool_router};
use scopegate::{Gate, StaticKeys, mcp::McpServer};

struct Files;

#[tool_router]
impl Files {
    /// Forgets every file.
    #[tool]
    async fn purge_files(&self) {}
}

#[tool_handler]
impl ServerHandler for Files {}

fn main() {
    let gate = Gate::static_keys("files", StaticKeys::new());
    let _ = McpServer::new(&gate, || Files).table(&Files::TOOLS);
}
