use scopegate::{Router, requires_scope, routing::get};

struct Files;

impl Files {
    #[requires_scope("files:read")]
    async fn list() {}
}

fn main() {
    let _ = Router::<()>::new().route("/", get(Files::list));
}
