use rmcp::{tool, tool_router};
use scopegate::requires_scope;

struct Files;

#[tool_router]
impl Files {
    /// Forgets every file.
    #[requires_scope("files:admin")]
    #[tool]
    async fn purge_files(&self) {}
}

fn main() {}
