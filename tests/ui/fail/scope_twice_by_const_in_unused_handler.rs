use scopegate::{Scope, requires_scope};

const READ: Scope = Scope::from_static("files:read");

#[requires_scope(any(READ, "files:read"))]
pub async fn handler() {}

fn main() {}
