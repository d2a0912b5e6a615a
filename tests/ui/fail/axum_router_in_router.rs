// A plain router's routes declare nothing, so they cannot be added to a protected router.
use scopegate::Router;

fn main() {
    let _ = Router::<()>::new().merge(axum::Router::new());
}
