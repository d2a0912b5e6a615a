use scopegate::{Access, Router, public, routing::get};

#[public]
async fn greet(access: Access) -> String {
    access.subject().unwrap_or("stranger").to_owned()
}

fn main() {
    let _ = Router::<()>::new().route("/", get(greet));
}
