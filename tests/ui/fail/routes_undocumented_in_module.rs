use scopegate::{Router, routes};

mod files {
    #[scopegate::requires_scope("files:read")]
    pub async fn list() {}
}

fn main() {
    let _ = Router::<()>::new().routes(routes!(files::list));
}
