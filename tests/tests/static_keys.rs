//! A server with static keys. It publishes no OAuth metadata, and clients learn that they need a key.

use scopegate::{
    Access, CredentialSource, Gate, Principal, Router, StaticKeys, authenticated, public, requires_scope,
    routing::{get, post},
    testing::TestVerifier,
};
use scopegate_tests::exchange::send;

#[requires_scope("files:read")]
async fn read() {}

#[requires_scope("files:read", "files:write")]
async fn write(access: Access) -> String {
    access.principal().and_then(Principal::key_name).unwrap_or("-").to_owned()
}

#[authenticated]
async fn any_key() {}

#[public]
async fn health() {}

fn routes() -> Router {
    Router::new()
        .route("/sse", get(read))
        .route("/mcp", post(write).get(any_key))
        .route("/mcp/{id}", get(read))
        .route("/health", get(health))
}

const KEYS: &str = "sk_read=files:read; sk_padded===files:read files:write ;";

fn app() -> axum::Router {
    let keys = StaticKeys::parse(KEYS).unwrap().key("of no scopes", "sk_none", "").unwrap();
    routes().protect(Gate::static_keys("zernio-mcp", keys)).unwrap()
}

#[tokio::test]
async fn the_answers_lead_to_the_key() {
    let app = app();
    let missing = r#"{"error":"Missing API key"}"#;
    let invalid = r#"{"error":"Invalid API key"}"#;
    let lacks =
        r#"{"error":"The API key lacks a scope that this request needs","scope":"files:read files:write"}"#;
    let insufficient = r#"Bearer error="insufficient_scope", scope="files:read files:write", realm="zernio-mcp", error_description="The API key lacks a scope that this request needs""#;
    let cases = [
        ("GET /sse", "", 401, r#"Bearer scope="files:read", realm="zernio-mcp""#, missing),
        ("POST /mcp", "", 401, r#"Bearer scope="files:read files:write", realm="zernio-mcp""#, missing),
        ("GET /mcp", "", 401, r#"Bearer realm="zernio-mcp""#, missing),
        ("GET /mcp", "Basic eDp5", 401, r#"Bearer realm="zernio-mcp""#, missing),
        (
            "GET /sse",
            "Bearer wrong",
            401,
            r#"Bearer error="invalid_token", scope="files:read", realm="zernio-mcp", error_description="Invalid API key""#,
            invalid,
        ),
        (
            "GET /mcp",
            "Bearer",
            401,
            r#"Bearer error="invalid_token", realm="zernio-mcp", error_description="Invalid API key""#,
            invalid,
        ),
        ("POST /mcp", "Bearer sk_read", 403, insufficient, lacks),
        ("POST /mcp", "Bearer sk_none", 403, insufficient, lacks),
        ("GET /sse", "Bearer sk_read", 200, "", ""),
        ("GET /mcp", "Bearer sk_none", 200, "", ""),
        ("POST /mcp", "Bearer sk_padded==", 200, "", "-"),
        ("GET /health", "", 200, "", ""),
    ];
    for (request, credential, status, challenge, body) in cases {
        let header = format!("authorization: {credential}");
        let headers: &[&str] = if credential.is_empty() { &[] } else { &[&header] };
        let answer = send(&app, request, headers).await;
        assert_eq!(
            (answer.status.as_u16(), answer.challenge(), answer.body.as_str()),
            (status, challenge, body),
            "{request} {credential}"
        );
    }
}

#[test]
fn keys_that_no_client_could_send_are_refused_without_quoting_them() {
    let cases = [
        ("", "invalid key list: it has no key; write `key=scope scope`"),
        (" ; ", "invalid key list: it has no key; write `key=scope scope`"),
        ("secret", "invalid key number 1: write `key=scope scope`"),
        (
            "a=b;se cret=c",
            "invalid key number 2: a key may contain letters, digits and `-._~+/`, and `=` only at its end",
        ),
        ("=files:read", "invalid key number 1: the key is empty"),
        ("secret=a;secret=b", "invalid key number 2: the key is already in the table"),
        (
            "secret=a\"b",
            "invalid key number 1: one of its scopes is invalid; write scopes separated by spaces",
        ),
    ];
    for (list, expected) in cases {
        let error = StaticKeys::parse(list).unwrap_err().to_string();
        assert_eq!(error, expected);
        assert!(!error.contains("secret"));
    }
}

#[test]
fn keys_are_never_shown() {
    let keys = StaticKeys::new().key("backup", "sk_secret", "files:read").unwrap();
    let shown = format!("{keys:?} {:?}", Gate::static_keys("files", keys.clone()));
    assert!(shown.contains("backup") && shown.contains("files:read") && !shown.contains("secret"), "{shown}");
}

#[test]
fn a_realm_that_no_challenge_can_carry_is_a_startup_error() {
    let gate = Gate::static_keys("a \"realm\"", StaticKeys::new());
    let error = routes().protect(gate).unwrap_err();
    let expected = "invalid realm \"a \\\"realm\\\"\": use up to 256 characters of printable ASCII without `\"`, `\\` and `=`";
    assert_eq!(error.problems(), [expected]);
}

#[tokio::test]
async fn texts_and_names_are_the_programs_own() {
    let keys = StaticKeys::new()
        .key("old", "sk_1", "files:read files:write")
        .unwrap()
        .key("new", "sk_2", "files:read files:write")
        .unwrap()
        .texts("No key", "Wrong \"key\"=x");
    let app = routes().protect(Gate::static_keys("files", keys)).unwrap();
    assert_eq!(send(&app, "POST /mcp", &["authorization: Bearer sk_1"]).await.body, "old");
    assert_eq!(send(&app, "POST /mcp", &["authorization: Bearer sk_2"]).await.body, "new");
    assert_eq!(send(&app, "GET /sse", &[]).await.body, r#"{"error":"No key"}"#);
    let answer = send(&app, "GET /mcp", &["authorization: Bearer sk_3"]).await;
    assert_eq!(answer.body, r#"{"error":"Wrong \"key\"=x"}"#);
    assert_eq!(
        answer.challenge(),
        r#"Bearer error="invalid_token", realm="files", error_description="Wrong 'key' x""#
    );
}

/// The challenges of these gates name `Bearer`, as if the key belonged in `Authorization`. Only the text can say that
/// the gate does not read this header.
#[tokio::test]
async fn the_text_says_where_the_key_belongs_if_it_is_not_the_header_authorization() {
    let keys = || StaticKeys::parse("sk_read=files:read").unwrap();
    let header = || CredentialSource::header("X-Partner-Key");
    let cases = [
        (vec![CredentialSource::authorization(), header()], "Missing API key"),
        (vec![header()], "Missing API key in the header x-partner-key"),
        (
            vec![header(), CredentialSource::cookie("sid"), CredentialSource::websocket_protocol("key.")],
            "Missing API key in the header x-partner-key or in the cookie sid or after the prefix 'key.' in the header sec-websocket-protocol",
        ),
    ];
    for (sources, expected) in cases {
        let app = routes().protect(Gate::static_keys("files", keys()).credentials(sources)).unwrap();
        let answer = send(&app, "GET /sse", &[]).await;
        assert_eq!(answer.json()["error"], expected);
        assert_eq!(answer.challenge(), r#"Bearer scope="files:read", realm="files""#);
    }
    let own = Gate::static_keys("files", keys().texts("Ask us", "No")).credentials([header()]);
    let app = routes().protect(own).unwrap();
    assert_eq!(send(&app, "GET /sse", &[]).await.json()["error"], "Ask us");
    assert_eq!(send(&app, "GET /sse", &["x-partner-key: sk_x"]).await.json()["error"], "No");
    assert_eq!(send(&app, "GET /sse", &["x-partner-key: sk_read"]).await.status, 200);

    let resource = scopegate::Resource::new("https://h.example").unwrap();
    let resource = resource.authorization_server("https://auth.example").unwrap();
    let gate = Gate::new(resource, TestVerifier::new()).credentials([CredentialSource::cookie("sid")]);
    let answer = send(&routes().protect(gate).unwrap(), "GET /sse", &[]).await;
    assert_eq!(answer.json()["error_description"], "This request needs an access token in the cookie sid");
}

#[tokio::test]
async fn keys_and_oauth_work_side_by_side() {
    let tokens = TestVerifier::new().token("token", "files:read").unavailable("later");
    let verifier = StaticKeys::parse("sk_read=files:read").unwrap().or(tokens);
    let resource = scopegate::Resource::new("https://h.example").unwrap();
    let gate = Gate::new(resource.authorization_server("https://auth.example").unwrap(), verifier);
    let app = routes().protect(gate).unwrap();
    for (credential, status) in [("sk_read", 200), ("token", 200), ("sk_other", 401), ("later", 503)] {
        let answer = send(&app, "GET /sse", &[&format!("authorization: Bearer {credential}")]).await;
        assert_eq!(answer.status.as_u16(), status, "{credential}");
    }
    assert!(send(&app, "GET /sse", &[]).await.challenge().contains("resource_metadata="));
}
