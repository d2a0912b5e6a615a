use rmcp::tool;
use scopegate::{Access, Rejection, requires_scope, scoped_tools};

struct Files;

#[scoped_tools]
impl Files {
    /// Makes a link to a file.
    #[requires_scope("files:read", also("files:share"))]
    #[tool]
    async fn link_file(&self, access: Access) -> Result<String, Rejection> {
        access.require("files:shre")?;
        Ok("https://files.example.com/link".to_owned())
    }
}

fn main() {}
