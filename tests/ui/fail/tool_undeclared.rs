use rmcp::tool;
use scopegate::scoped_tools;

struct Files;

#[scoped_tools]
impl Files {
    /// Forgets every file.
    #[tool]
    async fn purge_files(&self) {}
}

fn main() {}
