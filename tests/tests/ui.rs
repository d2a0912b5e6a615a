//! The compiler's messages: each mistake gives one message at the wrong token.

#[test]
fn ui() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("ui/fail/*.rs");
}
