// A route of a plain router declares nothing, so it cannot enter a protected one.
use scopegate::Router;

fn main() {
    let _ = Router::<()>::new().merge(axum::Router::new());
}
