use scopegate::Router;

async fn not_found() {}

fn main() {
    let _ = Router::<()>::new().fallback(not_found);
}
