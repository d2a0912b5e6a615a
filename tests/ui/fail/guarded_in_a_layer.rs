use axum::{handler::Handler, middleware::map_response, response::Response};
use scopegate::{Router, guarded, requirement, routing::get};

fn main() {
    let list = guarded(requirement!("files:list"), async || "hello.txt").layer(map_response(async |response: Response| response));
    let _ = Router::<()>::new().route("/", get(list));
}
