//! The transcript of the program, and the answers to clients that look for OAuth.

use scopegate_tests::program::Program;

fn start() -> Program {
    Program::start(env!("CARGO_BIN_EXE_static-keys"), &[])
}

#[test]
fn both_endpoints_ask_for_a_key_of_the_realm() {
    let program = start();
    for (path, scope) in [("/sse", "files:read"), ("/mcp", "files:read files:write")] {
        for method in ["GET", "POST", "DELETE"] {
            let request = format!("{method} {path}");
            let answer = program.send(&request, &[]);
            assert_eq!(answer.status, 401, "{request}");
            assert_eq!(
                answer.challenge(),
                format!(r#"Bearer scope="{scope}", realm="zernio-mcp""#),
                "{request}"
            );
            assert_eq!(answer.body, r#"{"error":"Missing API key"}"#, "{request}");
            let answer = program.send(&request, &["authorization: Bearer sk_wrong"]);
            let expected = format!(
                r#"Bearer error="invalid_token", scope="{scope}", realm="zernio-mcp", error_description="Invalid API key""#
            );
            assert_eq!((answer.status.as_u16(), answer.challenge()), (401, expected.as_str()), "{request}");
            assert_eq!(answer.body, r#"{"error":"Invalid API key"}"#, "{request}");
        }
    }
}

#[test]
fn a_key_opens_what_its_scopes_cover() {
    let program = start();
    let answer = program.send("GET /sse", &["authorization: Bearer sk_read"]);
    assert_eq!((answer.status.as_u16(), answer.body.as_str()), (200, "data: hello.txt\n\n"));
    let answer = program.send("POST /mcp", &["authorization: Bearer sk_read"]);
    assert_eq!(answer.status, 403);
    assert_eq!(
        answer.challenge(),
        concat!(
            r#"Bearer error="insufficient_scope", scope="files:read files:write", realm="zernio-mcp", "#,
            r#"error_description="The API key lacks a scope that this request needs""#,
        ),
    );
    let answer = program.send("POST /mcp", &["authorization: Bearer sk_write"]);
    assert_eq!(
        (answer.status.as_u16(), answer.body.as_str()),
        (200, r#"{"id":null,"jsonrpc":"2.0","result":{}}"#)
    );
}

#[test]
fn nothing_looks_like_oauth() {
    let answer = start().send("GET /.well-known/oauth-protected-resource", &[]);
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (404, "application/json"));
}

#[test]
fn keys_are_taken_from_the_environment() {
    let program =
        Program::start(env!("CARGO_BIN_EXE_static-keys"), &[("API_KEYS", "old=files:read;new=files:read")]);
    assert!(!program.said().contains("old") && !program.said().contains("new"));
    for (key, status) in [("old", 200), ("new", 200), ("sk_read", 401)] {
        let answer = program.send("GET /sse", &[&format!("authorization: Bearer {key}")]);
        assert_eq!(answer.status, status, "{key}");
    }
}
