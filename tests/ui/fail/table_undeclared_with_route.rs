use scopegate::{ScopeTable, requires_scope, scope_table};

#[requires_scope("files:read")]
async fn list() {}

async fn write() {}

const TABLE: ScopeTable = scope_table![GET "/files" => list, PUT "/files" => write];

fn main() {
    let _ = TABLE;
}
