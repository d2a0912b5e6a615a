use rmcp::tool;
use scopegate::{Access, public, scoped_tools};

struct Files;

#[scoped_tools]
impl Files {
    /// Counts the files.
    #[public]
    #[tool]
    async fn count_files(&self, _access: Access) {}
}

fn main() {}
