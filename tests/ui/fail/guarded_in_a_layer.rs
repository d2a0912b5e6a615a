use axum::handler::Handler;
use scopegate::{Router, guarded, requirement, routing::get};
use tower::layer::util::Identity;

async fn list() {}

fn main() {
    let list = guarded(requirement!("files:list"), list).layer(Identity::new());
    let _ = Router::<()>::new().route("/", get(list));
}
