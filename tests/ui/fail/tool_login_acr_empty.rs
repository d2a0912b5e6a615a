use rmcp::tool;
use scopegate::{requires_scope, scoped_tools};

struct Files;

#[scoped_tools]
impl Files {
    /// Forgets every file.
    #[requires_scope("files:admin", acr(""))]
    #[tool]
    async fn purge_files(&self) {}
}

fn main() {}
