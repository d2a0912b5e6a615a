use scopegate::{Router, requires_scope, routing::get, scoped_handlers};

struct Disk;

struct Files;

#[scoped_handlers]
impl Files {
    #[requires_scope("files:read")]
    async fn list(_: Disk) {}
}

fn main() {
    let _ = Disk;
    let _ = Router::<()>::new().route("/", get(Files::list));
}
