use scopegate::{Scope, requires_scope, scoped_handlers};

struct Files;

#[scoped_handlers]
impl Files {
    const READ: Scope = Scope::from_static("files:read");

    #[requires_scope(Self::READ)]
    async fn list() {}
}

fn main() {}
