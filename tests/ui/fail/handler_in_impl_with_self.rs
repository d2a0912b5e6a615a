use scopegate::{requires_scope, scoped_handlers};

struct Files;

#[scoped_handlers]
impl Files {
    #[requires_scope("files:read")]
    async fn list(&self) {}
}

fn main() {}
