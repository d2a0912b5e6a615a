//! Starts the program as a user would, and sends requests to it.

use scopegate_tests::program::Program;

#[test]
fn everybody_may_use_it() {
    let program = Program::start(env!("CARGO_BIN_EXE_adopting-before"), &[]);
    assert_eq!(program.send("GET /health", &[]).body, "ok\n");
    assert_eq!(program.send("GET /api/v1/documents", &[]).body, r#"{"1":"Welcome"}"#);
}
