//! The authorization endpoint: its refusals, where it sends them, and its page.

use serde_json::json;

use crate::support::{RESOURCE, Server, callback, request, with};

#[tokio::test]
async fn errors_go_to_the_client() {
    let server = Server::start().await;
    let app = server.app().await;
    let good = request(&app, "files:read");

    for (name, values, expected) in [
        ("response_type", ["token"].as_slice(), "unsupported_response_type"),
        ("response_type", &[], "invalid_request"),
        ("code_challenge", &[], "invalid_request"),
        ("code_challenge", &["short"], "invalid_request"),
        ("code_challenge_method", &["plain"], "invalid_request"),
        ("code_challenge_method", &[], "invalid_request"),
        ("resource", &[], "invalid_target"),
        ("resource", &["/mcp"], "invalid_target"),
        ("resource", &["https://files.example.com/mcp#part"], "invalid_target"),
        ("resource", &[RESOURCE, "nowhere"], "invalid_target"),
        ("scope", &["files:\"read\""], "invalid_scope"),
        ("scope", &["files:read", "files:write"], "invalid_request"),
    ] {
        let answer = callback(&server.authorize(&with(&good, name, values)).await);
        assert_eq!(answer["error"], expected, "{name} {values:?}");
        assert_eq!(
            (answer["state"].as_str(), &answer["iss"]),
            ("s t&a=te", &server.url),
            "{name} {values:?}"
        );
    }
}

#[tokio::test]
async fn without_a_trusted_redirect_uri_errors_stay_here() {
    let server = Server::start().await;
    let app = server.app().await;
    let good = request(&app, "files:read");

    for (name, values) in [
        ("client_id", [].as_slice()),
        ("client_id", &["nobody"]),
        ("client_id", &["dev"]),
        ("client_id", &[&app, &app]),
        ("redirect_uri", &[]),
        ("redirect_uri", &["https://app.example.com/callback"]),
        ("redirect_uri", &["http://127.0.0.1:5000/other"]),
        ("redirect_uri", &["http://localhost:5000/callback"]),
        ("redirect_uri", &["http://127.0.0.1.example.com:5000/callback"]),
        ("state", &[&"x".repeat(20_000)]),
    ] {
        let response = server.authorize(&with(&good, name, values)).await;
        assert_eq!(response.status(), 400, "{name} {values:?}");
        assert_eq!(response.headers()["content-type"], "text/html; charset=utf-8");
        assert!(!response.headers().contains_key("location"));
    }
}

#[tokio::test]
async fn a_native_app_may_listen_on_any_port() {
    let server = Server::start().await;
    let app = server.app().await;

    let asked = with(&request(&app, "files:read"), "redirect_uri", &["http://127.0.0.1:61234/callback"]);
    assert_eq!(server.authorize(&asked).await.status(), 200);
}

#[tokio::test]
async fn the_page_says_who_asks_for_what_and_escapes_it() {
    let server = Server::start_with(|issuer| {
        issuer.with_descriptions([("files:read", "See <all> your files"), ("files:write", "Change files")])
    })
    .await;
    let (_, client) = server
        .register(&json!({
            "client_name": "<script>alert(1)</script>",
            "redirect_uris": ["http://127.0.0.1:5000/callback"],
            "token_endpoint_auth_method": "none",
        }))
        .await;
    let client_id = client["client_id"].as_str().unwrap();

    let asked = request(client_id, "files:read other:<b>");
    let response = server.authorize(&with(&asked, "resource", &["https://files.example.com/?\"><i>"])).await;
    let headers = response.headers().clone();
    let page = response.text().await.unwrap();

    for expected in [
        "&lt;script&gt;alert(1)&lt;/script&gt; asks for access",
        "https://files.example.com/?&quot;&gt;&lt;i&gt;",
        "See &lt;all&gt; your files",
        r#"<input type="checkbox" name="scope" value="files:read" checked>"#,
        r#"<input type="checkbox" name="scope" value="other:&lt;b&gt;" checked>"#,
        "For development only",
    ] {
        assert!(page.contains(expected), "{expected} in {page}");
    }
    assert!(!page.contains("Change files"), "only what is asked for is shown");
    assert!(headers["content-security-policy"].to_str().unwrap().contains("frame-ancestors 'none'"));
    assert_eq!(
        (&headers["x-frame-options"], &headers["cache-control"]),
        (&"DENY".parse().unwrap(), &"no-store".parse().unwrap())
    );
}
