// A handler in a block gets the same messages as a free handler.
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
