use scopegate::{Router, routes};

fn main() {
    let _ = Router::<()>::new().routes(routes!(async || {}));
    let _ = Router::<()>::new().routes(routes!());
}
