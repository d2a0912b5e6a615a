use rmcp::tool;
use scopegate::{authenticated, scoped_tools};

struct Files;

#[scoped_tools(crate = ::scopegate, crate = ::scopegate)]
impl Files {
    /// Lists the files.
    #[authenticated]
    #[tool]
    async fn list_files(&self) {}
}

fn main() {}
