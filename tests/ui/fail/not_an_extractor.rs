use scopegate::{Router, requires_scope, routing::get};

struct Disk;

#[requires_scope("files:read")]
async fn list(_: Disk) {}

fn main() {
    let _ = Disk;
    let _ = Router::<()>::new().route("/", get(list));
}
