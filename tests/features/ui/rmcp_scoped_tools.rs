use rmcp::{ServerHandler, tool, tool_handler};
use scopegate::{requires_scope, scoped_tools};

struct Files;

#[scoped_tools]
impl Files {
    #[requires_scope("files:write")]
    #[tool]
    async fn write_file(&self) {}
}

#[tool_handler]
impl ServerHandler for Files {}

fn main() {
    let _ = Files;
}
