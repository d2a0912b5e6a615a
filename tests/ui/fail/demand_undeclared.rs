use scopegate::{Access, Rejection, Router, requires_scope, routing::get};

#[requires_scope("files:read", also("files:share"))]
async fn link(access: Access) -> Result<&'static str, Rejection> {
    access.require("files:shre")?;
    Ok("https://files.example.com/link")
}

fn main() {
    let _ = Router::<()>::new().route("/", get(link));
}
