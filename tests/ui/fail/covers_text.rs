use scopegate::{Access, Router, authenticated, routing::get};

#[authenticated]
async fn menu(access: Access) -> &'static str {
    if access.covers("files:admin") { "list, purge" } else { "list" }
}

fn main() {
    let _ = Router::<()>::new().route("/", get(menu));
}
