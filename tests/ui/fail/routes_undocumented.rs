use scopegate::{Router, requires_scope, routes};

#[requires_scope("files:read")]
async fn list() {}

fn main() {
    let _ = Router::<()>::new().routes(routes!(list));
}
