use rmcp::tool;
use scopegate::{authenticated, requires_scope, scoped_tools};

struct Files;

#[scoped_tools]
impl Files {
    /// Forgets every file.
    #[requires_scope("files:admin")]
    #[tool]
    #[authenticated]
    async fn purge_files(&self) {}
}

fn main() {}
