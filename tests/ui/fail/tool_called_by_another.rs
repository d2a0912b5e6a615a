use rmcp::tool;
use scopegate::{requires_scope, scoped_tools};

struct Files;

#[scoped_tools]
impl Files {
    /// Finds a file.
    #[requires_scope("files:read")]
    #[tool]
    async fn find_file(&self) -> String {
        "hello.txt".to_owned()
    }

    /// Reads a file.
    #[requires_scope("files:read")]
    #[tool]
    async fn read_file(&self) -> String {
        self.find_file().await
    }
}

fn main() {}
