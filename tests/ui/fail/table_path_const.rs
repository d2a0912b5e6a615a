use scopegate::{ScopeTable, requires_scope, scope_table};

const FILES: &str = "/files";

#[requires_scope("files:read")]
async fn list() {}

const TABLE: ScopeTable = scope_table![GET FILES => list];

fn main() {
    let _ = (TABLE, FILES);
}
