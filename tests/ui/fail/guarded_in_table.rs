// A constant table reads types, and the requirement of `guarded` is a value.
use scopegate::{Requirement, guarded, scope_table};

async fn list() {}

fn main() {
    let _ = scope_table![guarded(Requirement::AUTHENTICATED, list)];
}
