use scopegate::{Router, routes};

#[utoipa::path(get, path = "/files", responses((status = 200)))]
async fn list() {}

fn main() {
    let _ = Router::<()>::new().routes(routes!(list));
}
