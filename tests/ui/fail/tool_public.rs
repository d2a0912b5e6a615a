use rmcp::tool;
use scopegate::{public, scoped_tools};

struct Files;

#[scoped_tools]
impl Files {
    /// Forgets every file.
    #[public]
    #[tool]
    async fn purge_files(&self) {}
}

fn main() {}
