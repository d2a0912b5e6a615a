//! The page is public, and connections without access are refused before they open. `tests/browser` opens the page in a browser.

use scopegate_tests::program::Program;

#[test]
fn the_page_is_public_and_the_connections_are_not() {
    let program = Program::start(env!("CARGO_BIN_EXE_live"), &[]);
    assert!(program.send("GET /", &[]).body.contains("new EventSource(\"/events\")"));
    let upgrade =
        ["upgrade: websocket", "sec-websocket-version: 13", "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ=="];
    let metadata = format!("http://{}/.well-known/oauth-protected-resource", program.address());
    for (path, headers, scope) in
        [("/events", &[][..], "live:read"), ("/socket", &upgrade[..], "live:read live:write")]
    {
        let refused = program.send(&format!("GET {path}"), headers);
        let challenge = format!("Bearer scope=\"{scope}\", resource_metadata=\"{metadata}\"");
        assert_eq!((refused.status.as_u16(), refused.challenge()), (401, &*challenge), "{path}");
    }
}
