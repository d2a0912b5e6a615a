use scopegate::{Access, Rejection, Router, requirement, requires_scope, routing::get};

#[requires_scope("files:write")]
async fn purge(access: Access) -> Result<(), Rejection> {
    access.require(requirement!(max_age = 60))
}

fn main() {
    let _ = Router::<()>::new().route("/", get(purge));
}
