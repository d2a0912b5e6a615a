use axum::{handler::Handler, http::Uri};
use scopegate::{Router, authenticated, guarded, requirement, routing::get};
use tower::layer::util::Identity;

#[authenticated]
async fn list(_: Uri) {}

fn main() {
    let list = list.layer(Identity::new());
    let _ = Router::<()>::new().route("/", get(guarded(requirement!("files:list"), list)));
}
