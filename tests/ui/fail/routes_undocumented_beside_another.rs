use scopegate::{Router, requires_scope, routes};

mod files {
    #[scopegate::requires_scope("files:read")]
    pub async fn list() {}
}

/// Its documentation is not that of `files::list`.
#[utoipa::path(get, path = "/all", responses((status = 200)))]
#[requires_scope("files:read")]
async fn list() {}

fn main() {
    let _ = Router::<()>::new().routes(routes!(list));
    let _ = Router::<()>::new().routes(routes!(files::list));
}
