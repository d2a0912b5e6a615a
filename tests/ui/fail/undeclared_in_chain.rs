use scopegate::{Router, requires_scope, routing::get};

#[requires_scope("files:read")]
async fn read() {}

async fn write() {}

fn main() {
    let _ = Router::<()>::new().route("/", get(read).put(write));
}
