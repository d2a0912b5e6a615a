use scopegate::requires_scope;

trait Files {
    fn list() -> impl Future<Output = ()>;
}

struct Disk;

impl Files for Disk {
    #[requires_scope("files:read")]
    async fn list() {}
}

fn main() {}
