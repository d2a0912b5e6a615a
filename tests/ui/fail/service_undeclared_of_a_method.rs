use scopegate::{Router, routing::any_service};
use tower_http::services::ServeDir;

fn main() {
    let _ = Router::<()>::new().route("/dir", any_service(ServeDir::new("dir")));
}
