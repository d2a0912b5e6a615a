use rmcp::tool;
use scopegate::{authenticated, requires_scope, scoped_tools};

struct Files;

#[scoped_tools]
impl Files {
    /// Lists the files.
    #[authenticated]
    #[tool]
    async fn list_files(&self) {}

    #[requires_scope("files:admin")]
    pub async fn purge_files(&self) {}
}

fn main() {}
