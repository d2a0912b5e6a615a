use rmcp::tool;
use scopegate::{Access, authenticated, public, scoped_tools};

struct Files;

#[scoped_tools]
impl Files {
    /// Counts the files.
    #[authenticated]
    #[tool]
    async fn count_files(&self, access: &mut Access) -> String {
        access.subject().unwrap_or("nobody").to_owned()
    }

    /// Lists the files.
    #[authenticated]
    #[tool]
    async fn list_files(&self, access: Option<&Access>) -> String {
        access.and_then(Access::subject).unwrap_or("nobody").to_owned()
    }

    /// Greets the caller.
    #[public]
    #[tool]
    async fn greet(&self, access: &Access) -> String {
        access.subject().unwrap_or("nobody").to_owned()
    }
}

fn main() {}
