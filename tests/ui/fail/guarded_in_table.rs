// A constant table reads types, and what `guarded` says is a value.
use scopegate::{Requirement, guarded, scope_table};

async fn list() {}

fn main() {
    let _ = scope_table![guarded(Requirement::AUTHENTICATED, list)];
}
