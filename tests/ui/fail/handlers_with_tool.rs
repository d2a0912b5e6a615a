use rmcp::tool;
use scopegate::{requires_scope, scoped_handlers};

struct Files;

#[scoped_handlers]
impl Files {
    #[requires_scope("files:read")]
    #[tool]
    async fn list() {}
}

fn main() {}
