use scopegate::{ScopeTable, requires_scope, scope_table};

#[requires_scope("files:read")]
async fn list() {}

const TABLE: ScopeTable = scope_table![GET "/files" list];

fn main() {
    let _ = TABLE;
}
