//! Values of `Origin` and `Host` that only resemble allowed ones.

use rmcp::{ServerHandler, tool, tool_handler};
use scopegate::{
    CredentialSource, Router, authenticated, mcp::McpServer, routing::post, scoped_tools,
    testing::TestVerifier,
};
use scopegate_tests::{exchange::send, mcp};

use crate::gating::IntoGate;

#[derive(Clone)]
struct Empty;

#[scoped_tools]
impl Empty {
    /// Does nothing.
    #[authenticated]
    #[tool]
    async fn nothing(&self) -> String {
        String::new()
    }
}

#[tool_handler]
impl ServerHandler for Empty {}

fn verifier() -> TestVerifier {
    TestVerifier::new().token("strong", "files:write")
}

fn server(resource: &str) -> axum::Router {
    let gate = verifier().gate(resource).unwrap();
    McpServer::new(&gate, || Empty)
        .table(&Empty::TOOLS)
        .allow_origin("https://app.example.com")
        .allow_origin("tauri://localhost")
        .build()
        .unwrap()
}

async fn status(app: &axum::Router, headers: &[&str]) -> u16 {
    let list = mcp::request("tools/list", &serde_json::json!({}));
    mcp::post(app, "strong", headers, list).await.status.as_u16()
}

const LOCAL: &str = "http://127.0.0.1:4100/mcp";

/// Each has a part that a naive parser takes for a loopback host.
const LOOKS_LOCAL: [&str; 22] = [
    "[::1]evil.com",
    "[::1].evil.com",
    "[::1]:evil.com",
    "evil.com[::1]",
    "[[::1]]",
    "[::1",
    "::1",
    "[127.0.0.1]",
    "localhost:evil.com",
    "localhost:80:80",
    "localhost:",
    "localhost:0",
    "localhost:99999",
    "localhost:80@evil.com",
    "evil.com@localhost",
    "localhost.",
    "localhost.evil.com",
    "127.0.0.1.evil.com",
    "127.0.0.1.",
    "127.1",
    "0x7f000001",
    "loc\u{fa}lhost",
];

#[tokio::test]
async fn what_only_looks_like_a_page_of_this_machine_may_not_call() {
    let app = server(LOCAL);
    let origin = |text: &str| format!("origin: {text}");
    for host in LOOKS_LOCAL {
        for scheme in ["http", "https"] {
            assert_eq!(
                status(&app, &["host: localhost", &origin(&format!("{scheme}://{host}"))]).await,
                403,
                "{host}"
            );
        }
    }
    for text in
        ["null", "", "localhost", "http:localhost", "http:/localhost", "http://localhost/", "app://localhost"]
    {
        assert_eq!(status(&app, &["host: localhost", &origin(text)]).await, 403, "{text}");
    }
    for text in [
        "http://localhost",
        "http://LOCALHOST:3000",
        "https://localhost:080",
        "http://127.0.0.1:6274",
        "http://[::1]:80",
        "http://[0:0:0:0:0:0:0:1]",
        "https://app.example.com",
        "tauri://localhost",
    ] {
        assert_eq!(status(&app, &["host: localhost", &origin(text)]).await, 200, "{text}");
    }
}

#[tokio::test]
async fn what_only_looks_like_the_origin_of_the_resource_may_not_call() {
    let app = server("https://example.com/mcp");
    for text in [
        "https://example.com:443:443",
        "https://example.com:evil.com",
        "https://example.com:",
        "https://example.com.",
        "https://example.com@evil.com",
        "https://user@example.com",
        "https://app.example.com:8443",
        "https://app.example.com.evil.com",
        "https://ex\u{e4}mple.com",
        "https://example.com\\.evil.com",
        "http://example.com",
    ] {
        assert_eq!(status(&app, &[&format!("origin: {text}")]).await, 403, "{text}");
    }
    for text in ["https://example.com", "HTTPS://Example.com:443", "https://example.com:0443"] {
        assert_eq!(status(&app, &[&format!("origin: {text}")]).await, 200, "{text}");
    }
}

/// rmcp's parser reads the first of these hosts as `[::1]`.
#[tokio::test]
async fn a_host_that_only_looks_like_this_machine_is_not_served() {
    let app = server(LOCAL);
    for host in LOOKS_LOCAL {
        assert_eq!(status(&app, &[&format!("host: {host}")]).await, 403, "{host}");
    }
    assert_eq!(status(&app, &["host: localhost", "host: localhost"]).await, 403);
    for host in ["localhost", "LOCALHOST:1", "127.0.0.1:4100", "[::1]", "[0::1]:4100"] {
        let is_written_otherwise = host == "[0::1]:4100";
        // rmcp compares text, so an address in an unusual form is not in its list of hosts.
        let expected = if is_written_otherwise { 403 } else { 200 };
        assert_eq!(status(&app, &[&format!("host: {host}")]).await, expected, "{host}");
    }
}

#[test]
fn an_origin_that_no_page_has_is_an_error_at_startup() {
    for origin in
        ["https://b\u{fc}cher.example", "https://app.example.com/path", "app.example.com", "*", "null", ""]
    {
        let gate = verifier().gate(LOCAL).unwrap();
        let built = McpServer::new(&gate, || Empty).table(&Empty::TOOLS).allow_origin(origin).build();
        let error = built.expect_err(origin).to_string();
        assert!(error.contains("write scheme and host (other alphabets as `xn--..`)"), "{origin}: {error}");
    }
}

#[authenticated]
async fn write() {}

#[tokio::test]
async fn a_cookie_counts_for_no_origin_that_only_looks_like_the_resources_own() {
    let gate =
        verifier().gate("http://localhost:3000").unwrap().credentials([CredentialSource::cookie("sid")]);
    let app = Router::new().route("/", post(write)).protect(gate).unwrap();
    let with = async |origin: &str| {
        send(&app, "POST /", &["cookie: sid=strong", &format!("origin: {origin}")]).await.status.as_u16()
    };
    for origin in ["http://localhost:3000", "HTTP://LocalHost:03000"] {
        assert_eq!(with(origin).await, 200, "{origin}");
    }
    for origin in [
        "http://localhost",
        "http://localhost:3001",
        "http://localhost.:3000",
        "http://localhost:3000:3000",
        "http://localhost:3000.evil.com",
        "http://localhost:3000@evil.com",
        "http://evil.com@localhost:3000",
        "http://localhost:3000/",
        "http://[::1]:3000",
        "null",
    ] {
        assert_eq!(with(origin).await, 401, "{origin}");
    }
}
