//! The constant catalog: the same as the one at run time, for tables of every size.

use scopegate::{Scope, ScopeTable, public, requires_scope, scope_catalog, scope_table};

#[requires_scope("b", "a:b", related("z"))]
async fn write() {}

#[requires_scope(any(all("a", "b"), "a:a"), also("c"))]
async fn read<T>(_body: T) {}

#[requires_scope("a", "tenant:{tenant}")]
async fn tenant() {}

#[public]
async fn health() {}

#[track_caller]
fn check(table: &ScopeTable, catalog: &[Scope], expected: &[&str]) {
    assert_eq!(catalog.iter().map(|scope| scope.as_str()).collect::<Vec<_>>(), expected);
    assert_eq!(table.catalog(), catalog);
}

#[test]
fn is_sorted_and_names_each_scope_once() {
    const TABLE: ScopeTable = scope_table![write, read::<u8>, read::<u16>, tenant, health];
    const CATALOG: &[Scope] = scope_catalog!(TABLE);
    check(&TABLE, CATALOG, &["a", "a:a", "a:b", "b", "c", "z"]);
}

#[test]
fn is_empty_where_nothing_is_needed() {
    const TABLE: ScopeTable = scope_table![health];
    check(&TABLE, scope_catalog!(TABLE), &[]);
    check(&ScopeTable::default(), scope_catalog!(scope_table![]), &[]);
}

/// Modules with a handler of ten scopes each, whose names differ late.
macro_rules! tens {
    ($($ten:ident)*) => {
        $(mod $ten {
            tens!(@ $ten A "9", B "8", C "7", D "6", E "5", F "4", G "3", H "2", I "1", J "0");

            #[scopegate::requires_scope(A, B, C, D, E, F, G, H, I, J)]
            pub(crate) async fn handler() {}
        })*

        const LARGE: ScopeTable = scope_table![$($ten::handler),*];
    };
    (@ $ten:ident $($name:ident $digit:literal),*) => {
        $(const $name: scopegate::Scope =
            scopegate::Scope::from_static(concat!("documents:", stringify!($ten), ":", $digit));)*
    };
}

// The last first, so that each insertion moves all that is there.
tens! {
    d9 d8 d7 d6 d5 d4 d3 d2 d1 d0 c9 c8 c7 c6 c5 c4 c3 c2 c1 c0
    b9 b8 b7 b6 b5 b4 b3 b2 b1 b0 a9 a8 a7 a6 a5 a4 a3 a2 a1 a0
}

#[test]
fn has_400_scopes_without_a_lint() {
    const CATALOG: &[Scope] = scope_catalog!(LARGE);
    assert_eq!(CATALOG.len(), 400);
    assert!(CATALOG.is_sorted());
    assert_eq!(LARGE.catalog(), CATALOG);
}
