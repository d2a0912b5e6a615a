use scopegate::{Router, authenticated, requires_scope, routing::get, scoped_handlers};

struct Files;

#[scoped_handlers]
impl Files {
    #[requires_scope("files:read")]
    #[authenticated]
    async fn list() {}
}

fn main() {
    let _ = Router::<()>::new().route("/", get(Files::list));
}
