use scopegate::Router;
use tower_http::services::ServeDir;

fn main() {
    let _ = Router::<()>::new().fallback_service(ServeDir::new("dist"));
}
