// A type cannot stand in an `impl`, so an attribute that adds one cannot either: make the handler a free function.
use scopegate::requires_scope;

struct Files;

impl Files {
    #[requires_scope("files:read")]
    async fn list() {}
}

fn main() {
    let _ = Files::list;
}
