// Each mistake gets its own message, and correct methods get none.
use rmcp::tool;
use scopegate::{authenticated, requires_scope, scoped_tools};

struct Files;

#[scoped_tools]
impl Files {
    /// Lists the files.
    #[authenticated]
    #[tool]
    async fn list_files(&self) {}

    /// Writes a file.
    #[requires_scope("")]
    #[tool]
    async fn write_file(&self) {}

    /// Forgets every file.
    #[tool]
    async fn purge_files(&self) {}
}

fn main() {
    let _ = Files::TOOLS;
    let _ = Files::tool_router();
}
