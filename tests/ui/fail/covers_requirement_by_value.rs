use scopegate::{Access, Router, authenticated, requirement, routing::get};

#[authenticated]
async fn menu(access: Access) -> &'static str {
    if access.covers(requirement!("files:admin")) { "list, purge" } else { "list" }
}

fn main() {
    let _ = Router::<()>::new().route("/", get(menu));
}
