//! Starts the program as a user would, and sends requests to it.

use scopegate_tests::program::Program;

#[test]
fn it_asks_for_a_token() {
    let issuer = ("ISSUER", "https://login.example.com");
    let program = Program::start(env!("CARGO_BIN_EXE_adopting-router"), &[issuer]);
    assert_eq!(program.send("GET /health", &[]).body, "ok\n");
    assert_eq!(program.send("GET /api/v1/documents", &[]).status, 401);
    let metadata = program.send("GET /.well-known/oauth-protected-resource", &[]).json();
    assert_eq!(metadata["authorization_servers"][0], "https://login.example.com");
    assert_eq!(
        metadata["scopes_supported"].to_string(),
        r#"["comments:read","comments:write","documents","documents:admin","documents:read","documents:write"]"#
    );
}
