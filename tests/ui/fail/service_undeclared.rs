use scopegate::Router;
use tower_http::services::ServeDir;

fn main() {
    let _ = Router::<()>::new().nest_service("/assets", ServeDir::new("assets"));
}
