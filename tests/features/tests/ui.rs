//! The compiler's messages where a feature is off. This is a separate crate, because its scopegate has only the default features.

#[test]
fn ui() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("ui/*.rs");
}
