//! The server's promises to every client, tested over its socket.
#![allow(clippy::needless_pass_by_value, reason = "`json!` in a call reads better without `&`")]

use reqwest::{Client, Method, StatusCode, header::HeaderMap};
use scopegate_tests::{
    challenge,
    issuer::{Issuer, Key},
    program::Program,
};
use serde_json::{Value, json};

const PROGRAM: &str = env!("CARGO_BIN_EXE_mcp-files");
const ORIGIN: &str = "http://127.0.0.1:4100";
const RESOURCE: &str = "http://127.0.0.1:4100/api/v1/tenant-a/mcp";
const PATH: &str = "/api/v1/tenant-a/mcp";
const ALL: &str = "files:read files:write files:admin";
const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource/api/v1/tenant-a/mcp";

/// The program behind a proxy that passes on the `Host` of [`RESOURCE`].
struct Server {
    program: Program,
    client: Client,
    issuer: Option<Issuer>,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl Server {
    async fn oauth() -> Self {
        let issuer = Issuer::publishing(&[Key::shared()]).await;
        let jwks_uri = issuer.jwks_uri();
        let variables = [
            ("RESOURCE", RESOURCE),
            ("AUTH_MODE", "oauth"),
            ("ISSUER", issuer.id()),
            ("JWKS_URI", &jwks_uri),
        ];
        let program = Program::start(PROGRAM, &variables);
        Self { program, client: Client::new(), issuer: Some(issuer) }
    }

    fn keys() -> Self {
        let keys = "sk_none=;sk_read=files:read;sk_write=files:read files:write;sk_only=files:write;\
                    sk_all=files:read files:write files:admin";
        let variables = [("RESOURCE", RESOURCE), ("AUTH_MODE", "static"), ("STATIC_KEYS", keys)];
        Self { program: Program::start(PROGRAM, &variables), client: Client::new(), issuer: None }
    }

    /// Returns a credential that grants `scopes`.
    fn credential(&self, scopes: &str) -> String {
        match &self.issuer {
            Some(issuer) => Key::shared().mint(&issuer.claims(RESOURCE, scopes)),
            None => match scopes {
                "" => "sk_none",
                "files:read" => "sk_read",
                "files:read files:write" => "sk_write",
                "files:write" => "sk_only",
                _ => "sk_all",
            }
            .to_owned(),
        }
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<reqwest::Body>,
    ) -> Answer {
        let url = format!("http://{}{path}", self.program.address());
        let mut request = self
            .client
            .request(method, url)
            .header("host", "127.0.0.1:4100")
            .header("content-type", "application/json")
            .header("accept", "application/json, text/event-stream");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.body(body).send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        Answer { status, headers, body: response.text().await.unwrap() }
    }

    async fn post(&self, credential: &str, body: impl Into<reqwest::Body>) -> Answer {
        let authorization = format!("Bearer {credential}");
        self.send(Method::POST, PATH, &[("authorization", &authorization)], body).await
    }

    async fn call(&self, scopes: &str, tool: &str, arguments: Value) -> Answer {
        self.post(&self.credential(scopes), call(tool, arguments)).await
    }

    /// Checks the only challenge of an answer.
    #[track_caller]
    fn check(&self, answer: &Answer, status: u16, error: Option<&str>, scope: &str) {
        assert_eq!(answer.status, status, "{}", answer.body);
        let mut challenges = answer.headers.get_all("www-authenticate").iter();
        let mut params = challenge::parse(challenges.next().expect("a challenge"));
        assert!(challenges.next().is_none());
        assert_eq!(params.remove("error").as_deref(), error);
        assert_eq!(params.remove("scope").as_deref(), Some(scope));
        let metadata = self.issuer.as_ref().map(|_| format!("{ORIGIN}{WELL_KNOWN}"));
        assert_eq!(params.remove("resource_metadata"), metadata);
        let body: Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!((&body["jsonrpc"], &body["error"]["code"]), (&json!("2.0"), &json!(status)));
    }

    async fn files(&self) -> String {
        let answer = self.call("files:read", "list_files", json!({})).await;
        text(&answer)
    }
}

fn call(tool: &str, arguments: Value) -> String {
    request("tools/call", json!({ "name": tool, "arguments": arguments }))
}

fn request(method: &str, params: Value) -> String {
    json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }).to_string()
}

#[track_caller]
fn text(answer: &Answer) -> String {
    assert_eq!(answer.status, 200, "{}", answer.body);
    let body: Value = serde_json::from_str(&answer.body).unwrap();
    assert_ne!(body["result"]["isError"], true, "{body}");
    body["result"]["content"][0]["text"].as_str().unwrap_or_else(|| panic!("no text: {body}")).to_owned()
}

async fn each(check: impl AsyncFn(Server)) {
    check(Server::oauth().await).await;
    check(Server::keys()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_credential_the_floor_is_named() {
    each(async |server| {
        for (method, body) in [
            (Method::POST, request("server/discover", json!({}))),
            (Method::POST, request("initialize", json!({}))),
            (Method::POST, call("purge_files", json!({}))),
            (Method::POST, "no JSON".to_owned()),
            (Method::GET, String::new()),
            (Method::DELETE, String::new()),
        ] {
            for headers in [&[][..], &[("authorization", "Basic dTpw")]] {
                let answer = server.send(method.clone(), PATH, headers, body.clone()).await;
                server.check(&answer, 401, None, "files:read");
            }
            let credential = server.credential("files:read");
            let in_query = format!("{PATH}?access_token={credential}");
            server.check(&server.send(method.clone(), &in_query, &[], body).await, 401, None, "files:read");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_that_is_not_valid_here_is_refused() {
    each(async |server| {
        for wrong in ["", "=", "a b", "unknown", "e30.e30.", "sk_rea", "SK_READ"] {
            let answer = server.post(wrong, call("list_files", json!({}))).await;
            server.check(&answer, 401, Some("invalid_token"), "files:read");
        }
    })
    .await;
    // Here, only the audience of the token is checked. The library's own tests cover other invalid tokens.
    let server = Server::oauth().await;
    let mut claims = server.issuer.as_ref().unwrap().claims(RESOURCE, "files:read");
    claims["aud"] = json!([ORIGIN, RESOURCE]);
    text(&server.post(&Key::shared().mint(&claims), call("list_files", json!({}))).await);
    claims["aud"] = json!(ORIGIN);
    let answer = server.post(&Key::shared().mint(&claims), call("list_files", json!({}))).await;
    server.check(&answer, 401, Some("invalid_token"), "files:read");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_lacking_is_named_with_all_that_the_request_needs() {
    each(async |server| {
        let hello = || json!({ "path": "hello.txt", "content": "Hello!" });
        for scopes in ["", "files:write"] {
            for method in ["initialize", "tools/list", "ping", "resources/templates/list", "prompts/list"] {
                let answer = server.post(&server.credential(scopes), request(method, json!({}))).await;
                server.check(&answer, 403, Some("insufficient_scope"), "files:read");
            }
            let answer = server.call(scopes, "list_files", json!({})).await;
            server.check(&answer, 403, Some("insufficient_scope"), "files:read");
            for (method, params) in [
                ("resources/read", json!({ "uri": "file:///hello.txt" })),
                ("prompts/get", json!({ "name": "summarize_files" })),
            ] {
                let answer = server.post(&server.credential(scopes), request(method, params)).await;
                server.check(&answer, 403, Some("insufficient_scope"), "files:read");
            }
        }
        for scopes in ["", "files:read", "files:write"] {
            let answer = server.call(scopes, "write_file", hello()).await;
            server.check(&answer, 403, Some("insufficient_scope"), "files:read files:write");
        }
        for scopes in ["", "files:read", "files:write", "files:read files:write"] {
            let answer = server.call(scopes, "purge_files", json!({})).await;
            server.check(&answer, 403, Some("insufficient_scope"), "files:read files:admin");
        }
        assert_eq!(server.files().await, "");
        text(&server.call("files:read files:write", "write_file", hello()).await);
        assert_eq!(server.files().await, "hello.txt\n");
        text(&server.call(ALL, "purge_files", json!({})).await);
        assert_eq!(server.files().await, "");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_document_is_where_challenges_point() {
    let server = Server::oauth().await;
    let answer = server.send(Method::GET, WELL_KNOWN, &[("origin", "https://app.example.com")], "").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.headers["content-type"], "application/json");
    assert_eq!(answer.headers["access-control-allow-origin"], "*");
    let document: Value = serde_json::from_str(&answer.body).unwrap();
    let expected = json!({
        "resource": RESOURCE,
        "authorization_servers": [server.issuer.as_ref().unwrap().id()],
        "scopes_supported": ["files:admin", "files:read", "files:write"],
        "bearer_methods_supported": ["header"],
        "resource_name": "Files in memory",
    });
    assert_eq!(document, expected);
    let head = server.send(Method::HEAD, WELL_KNOWN, &[], "").await;
    assert_eq!((head.status.as_u16(), head.body.as_str()), (200, ""));
    for path in ["", "/mcp", "/api/v1/tenant-a", "/api/v1/tenant-a/mcp/", "/api/v1/tenant-b/mcp"] {
        let path = format!("/.well-known/oauth-protected-resource{path}");
        assert_eq!(server.send(Method::GET, &path, &[], "").await.status, 404, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn with_keys_there_is_nothing_to_discover() {
    let server = Server::keys();
    for path in [WELL_KNOWN, "/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"] {
        let answer = server.send(Method::GET, path, &[], "").await;
        assert_eq!(
            (answer.status.as_u16(), &answer.headers["content-type"]),
            (404, &"application/json".parse().unwrap())
        );
    }
    assert!(!server.program.said().contains("sk_"), "{}", server.program.said());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_handshake_of_each_version_works() {
    each(async |server| {
        let credential = server.credential("files:read");
        for version in ["2025-03-26", "2025-06-18", "2025-11-25"] {
            let params =
                json!({ "protocolVersion": version, "capabilities": {}, "clientInfo": { "name": "t", "version": "1" } });
            let answer = server.post(&credential, request("initialize", params)).await;
            let body: Value = serde_json::from_str(&answer.body).unwrap();
            assert_eq!(body["result"]["protocolVersion"], version, "{body}");
            let headers = [("authorization", &*format!("Bearer {credential}")), ("mcp-protocol-version", version)];
            let initialized = r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#;
            assert_eq!(server.send(Method::POST, PATH, &headers, initialized).await.status, 202);
            let tools = server.send(Method::POST, PATH, &headers, request("tools/list", json!({}))).await;
            for tool in ["list_files", "write_file", "purge_files"] {
                assert!(tools.body.contains(tool), "{}", tools.body);
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newest_version_needs_no_handshake() {
    each(async |server| {
        let authorization = format!("Bearer {}", server.credential("files:read"));
        let send = async |method: &str, name: Option<&str>| {
            let meta = json!({
                "io.modelcontextprotocol/protocolVersion": "2026-07-28",
                "io.modelcontextprotocol/clientInfo": { "name": "t", "version": "1" },
                "io.modelcontextprotocol/clientCapabilities": {},
            });
            let mut headers = vec![
                ("authorization", authorization.as_str()),
                ("mcp-protocol-version", "2026-07-28"),
                ("mcp-method", method),
            ];
            headers.extend(name.map(|name| ("mcp-name", name)));
            let body = request(method, json!({ "_meta": meta, "name": name.unwrap_or_default() }));
            server.send(Method::POST, PATH, &headers, body).await
        };
        let discovered = send("server/discover", None).await;
        assert!(discovered.body.contains("2026-07-28"), "{}", discovered.body);
        assert_eq!(text(&send("tools/call", Some("list_files")).await), "");
        server.check(
            &send("tools/call", Some("purge_files")).await,
            403,
            Some("insufficient_scope"),
            "files:read files:admin",
        );
    })
    .await;
}
