use rmcp::tool;
use scopegate::{requires_scope, scoped_tools};

struct Files;

#[scoped_tools]
impl Files {
    /// Reads a file.
    #[requires_scope("files:read")]
    #[tool]
    async fn read_file(&self) {}
}

#[scoped_tools]
impl Files {
    /// Writes a file.
    #[requires_scope("files:write")]
    #[tool]
    async fn write_file(&self) {}
}

fn main() {}
