use scopegate::{Access, Rejection, Router, authenticated, routing::get};

#[authenticated(also("files:share"))]
async fn link(access: Access) -> Result<&'static str, Rejection> {
    if access.subject().is_some() {
        access.require_any(["files:share", "files:admin"])?;
    }
    Ok("https://files.example.com/link")
}

fn main() {
    let _ = Router::<()>::new().route("/", get(link));
}
