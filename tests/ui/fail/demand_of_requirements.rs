use scopegate::{Access, Rejection, Requirement, Router, requirement, requires_scope, routing::get};

const SHARE: Requirement = requirement!("files:share");

#[requires_scope("files:read", also("files:share"))]
async fn link(access: Access) -> Result<(), Rejection> {
    access.require_any([&SHARE])
}

fn main() {
    let _ = Router::<()>::new().route("/", get(link));
}
