// What is said of a free handler is said of one in a block.
use scopegate::{Access, Rejection, public, requires_scope, scoped_handlers};

struct Files;

#[scoped_handlers]
impl Files {
    #[public]
    async fn read(_: Access) {}

    #[requires_scope("files:read")]
    async fn write(access: Access) -> Result<(), Rejection> {
        access.require("files:write")
    }

    #[requires_scope("files:read")]
    fn list() -> String {
        String::new()
    }
}

fn main() {}
