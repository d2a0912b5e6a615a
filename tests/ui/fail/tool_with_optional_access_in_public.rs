use rmcp::tool;
use scopegate::{Access, public, scoped_tools};

struct Files;

#[scoped_tools]
impl Files {
    /// Counts the files.
    #[public]
    #[tool]
    async fn count_files(&self, access: Option<Access>) -> String {
        access.as_ref().and_then(Access::subject).unwrap_or("nobody").to_owned()
    }
}

fn main() {}
