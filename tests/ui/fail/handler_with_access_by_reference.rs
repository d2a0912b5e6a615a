use scopegate::{Access, Router, requires_scope, routing::get};

fn name(access: &Access) -> String {
    access.subject().unwrap_or("nobody").to_owned()
}

#[requires_scope("files:read")]
async fn whoami(access: &Access) -> String {
    name(access)
}

fn main() {
    let _ = Router::<()>::new().route("/whoami", get(whoami));
}
