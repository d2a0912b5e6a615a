use scopegate::{requires_scope};

#[requires_scope("files:read")]
struct Files;

fn main() {
    let _ = Files;
}
