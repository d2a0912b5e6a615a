use scopegate::{requires_scope, scoped_handlers};

trait Files {
    fn list() -> impl Future<Output = ()>;
}

struct Disk;

#[scoped_handlers]
impl Files for Disk {
    #[requires_scope("files:read")]
    async fn list() {}
}

fn main() {}
