use scopegate::{Access, Rejection, Router, Scope, requires_scope, routing::get};

const SHARE: Scope = Scope::from_static("files:share");

#[requires_scope("files:read", also("files:share"))]
async fn link(access: Access) -> Result<(), Rejection> {
    access.require_any(&SHARE)
}

fn main() {
    let _ = Router::<()>::new().route("/", get(link));
}
