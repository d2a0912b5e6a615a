use axum::response::IntoResponse;
use scopegate::{Gate, StaticKeys};

fn main() {
    let keys = StaticKeys::parse("sk_read=files:read").unwrap();
    let _ = Gate::static_keys("files", keys).body_with(|refused| refused.clone().into_response());
}
