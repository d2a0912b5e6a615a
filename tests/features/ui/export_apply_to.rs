use scopegate::ScopeTable;

fn apply(table: &ScopeTable) {
    let report = table.apply_to(&mut (), &());
    drop(report);
}

fn main() {
    let _ = apply;
}
