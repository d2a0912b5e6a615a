use scopegate::{Router, requires_scope, routing::get};

const READ: u8 = 4;

#[requires_scope("files:list", READ)]
async fn handler() {}

fn main() {
    let _ = Router::<()>::new().route("/", get(handler));
}
