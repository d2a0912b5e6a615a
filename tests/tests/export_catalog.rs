//! The catalog of a table: every scope that a handler names.

use scopegate::{ScopeTable, public, requires_scope, scope_table};

#[requires_scope("b", "a:b", related("z"))]
async fn write() {}

#[requires_scope(any(all("a", "b"), "a:a"), also("c"))]
#[expect(clippy::extra_unused_type_parameters, reason = "as in a table of generic handlers")]
async fn read<T>(_body: String) {}

#[requires_scope("a", "tenant:{tenant}")]
async fn tenant() {}

#[public]
async fn health() {}

#[track_caller]
fn check(table: &ScopeTable, expected: &[&str]) {
    assert_eq!(table.catalog().iter().map(|scope| scope.as_str()).collect::<Vec<_>>(), expected);
}

#[test]
fn is_sorted_and_names_each_scope_once() {
    const TABLE: ScopeTable = scope_table![write, read::<u8>, read::<u16>, tenant, health];
    check(&TABLE, &["a", "a:a", "a:b", "b", "c", "z"]);
}

#[test]
fn is_empty_where_nothing_is_needed() {
    const TABLE: ScopeTable = scope_table![health];
    check(&TABLE, &[]);
    check(&ScopeTable::default(), &[]);
}
