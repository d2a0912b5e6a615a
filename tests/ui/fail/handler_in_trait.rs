use scopegate::requires_scope;

trait Files {
    #[requires_scope("files:read")]
    async fn list() {}
}

fn main() {}
