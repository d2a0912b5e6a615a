use scopegate::{Guard, requires_scope};

#[requires_scope("files:read")]
async fn list() {}

fn main() {
    let _ = list(Guard::for_test());
}
