use scopegate::Router;
use tower_http::services::ServeFile;

fn main() {
    let _ = Router::<()>::new().route_service("/logo.svg", ServeFile::new("logo.svg"));
}
