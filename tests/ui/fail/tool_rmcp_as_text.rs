use rmcp::tool;
use scopegate::{authenticated, scoped_tools};

struct Files;

#[scoped_tools(rmcp = "scopegate::mcp::rmcp")]
impl Files {
    /// Lists the files.
    #[authenticated]
    #[tool]
    async fn list_files(&self) {}
}

fn main() {}
