use axum::{handler::Handler, http::Uri, middleware::map_response, response::Response};
use scopegate::{Router, authenticated, guarded, requirement, routing::get};

#[authenticated]
async fn list(_: Uri) {}

fn main() {
    let list = list.layer(map_response(async |response: Response| response));
    let _ = Router::<()>::new().route("/", get(guarded(requirement!("files:list"), list)));
}
