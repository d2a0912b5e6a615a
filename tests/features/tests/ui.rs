//! The compiler's messages where a feature is off. The crate is one of its own, because its scopegate has the default features alone.

#[test]
fn ui() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("ui/*.rs");
}
