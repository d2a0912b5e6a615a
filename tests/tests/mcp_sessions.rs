//! Sessions of MCP servers. A session belongs to the principal that opened it, at each replica with the same key and before any
//! server.

mod gating;

use std::sync::{Arc, Mutex};

use axum::{Router, body::Body, extract::Request, routing::any};
use gating::IntoGate;
use http::Response;
use rmcp::{
    ServerHandler, ServiceExt,
    model::{CallToolRequestParams, ClientConfig},
    tool, tool_handler,
    transport::{StreamableHttpClientTransport, streamable_http_client::StreamableHttpClientTransportConfig},
};
use scopegate::{
    Gate, GrantedScopes, Requirement, Scope, StaticKeys, Token, authenticated,
    mcp::{McpServer, McpTable, Operation},
    mcp_table, requirement, scoped_tools,
    testing::TestVerifier,
};
use scopegate_tests::{
    exchange::{Answer, send},
    mcp::{INITIALIZE, insufficient, post, request},
};
use serde_json::json;

const ADMIN: Requirement = requirement!("files:admin");
const TABLE: McpTable =
    mcp_table![Operation::tool("list", Requirement::AUTHENTICATED), Operation::tool("purge", ADMIN)];
const RESOURCE: &str = "https://example.com/mcp";

fn token(subject: &str, scopes: &str) -> Token {
    Token::granting(GrantedScopes::parse(scopes))
        .with_issuer("https://auth.example.com")
        .with_subject(subject)
}

fn gate(resource: &str) -> Gate {
    let tokens = TestVerifier::new()
        .token_saying("alice", token("alice", "files:read files:admin"))
        .token_saying("alice-refreshed", token("alice", "files:read files:other files:admin"))
        .token_saying("alice-reads", token("alice", "files:read"))
        .token_saying("bob", token("bob", "files:read files:admin"))
        .token_saying(
            "alice-elsewhere",
            token("alice", "files:read files:admin").with_issuer("https://other.example.com"),
        )
        .token_saying("nobody", Token::granting(GrantedScopes::parse("files:read files:admin")));
    tokens.gate(resource).unwrap().floor([Scope::from_static("files:read")])
}

/// A server that accepts every session id, gives the next session this id, and records the ids that it receives.
#[derive(Clone, Default)]
struct Server {
    names: Vec<String>,
    heard: Arc<Mutex<Vec<Option<String>>>>,
}

impl Server {
    fn naming(name: &str) -> Self {
        Self { names: vec![name.to_owned()], heard: Arc::default() }
    }

    fn behind(&self, resource: &str, key: Option<&[u8; 32]>) -> Router {
        self.behind_gate(&gate(resource), key)
    }

    fn behind_gate(&self, gate: &Gate, key: Option<&[u8; 32]>) -> Router {
        let mut layer = gate.mcp_layer(TABLE).unwrap();
        if let Some(key) = key {
            layer = layer.key(key);
        }
        let server = self.clone();
        let answer = any(async move |request: Request| {
            let heard = request.headers().get("mcp-session-id").map(|id| id.to_str().unwrap().to_owned());
            server.heard.lock().unwrap().push(heard);
            let answer = server
                .names
                .iter()
                .fold(Response::builder(), |answer, id| answer.header("mcp-session-id", id));
            answer.body(Body::from("{}")).unwrap()
        });
        Router::new().route("/mcp", answer).layer(layer)
    }

    fn heard(&self) -> Vec<Option<String>> {
        std::mem::take(&mut self.heard.lock().unwrap())
    }
}

fn call(tool: &str) -> String {
    request("tools/call", &json!({ "name": tool }))
}

async fn open(app: &Router, token: &str) -> String {
    let answer = post(app, token, &[], INITIALIZE).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.header("mcp-session-id").to_owned()
}

/// Sends a call to each tool, a request for the stream, and one for the end of the session.
async fn all(app: &Router, token: &str, session: &str) -> [Answer; 4] {
    let session = format!("mcp-session-id: {session}");
    let authorization = format!("authorization: Bearer {token}");
    let lines = [&*session, &authorization, "host: example.com", "accept: text/event-stream"];
    [
        post(app, token, &[&session], call("list")).await,
        send(app, "GET /mcp", &lines).await,
        send(app, "DELETE /mcp", &lines).await,
        post(app, token, &[&session], call("purge")).await,
    ]
}

#[track_caller]
fn is_unknown(answer: &Answer, case: &str) {
    assert_eq!((answer.status.as_u16(), answer.challenge()), (404, ""), "{case}");
    assert_eq!(answer.json()["error"], json!({ "code": -32001, "message": "Session not found" }), "{case}");
}

/// Tests the principal, the scopes, a restart, and replicas with the same key and with another key.
#[tokio::test]
async fn a_session_is_known_to_who_opened_it_wherever_the_key_is() {
    let (server, key, other) = (Server::naming("its.own.name"), [7; 32], [8; 32]);
    let first = server.behind(RESOURCE, Some(&key));
    let session = open(&first, "alice").await;
    assert!(session.starts_with("its.own.name."), "{session}");
    let places = [
        ("the same", first, true),
        ("a restart", server.behind(RESOURCE, Some(&key)), true),
        ("another key", server.behind(RESOURCE, Some(&other)), false),
        ("a random key", server.behind(RESOURCE, None), false),
        ("another resource", server.behind("https://example.com/other", Some(&key)), false),
    ];
    for (place, app, has_key) in &places {
        for (token, owns, is_admin) in [
            ("alice", true, true),
            ("alice-refreshed", true, true),
            ("alice-reads", true, false),
            ("alice-elsewhere", false, true),
            ("bob", false, true),
            ("nobody", false, true),
        ] {
            server.heard();
            let answers = all(app, token, &session).await;
            let case = format!("{token} at {place}");
            for (at, answer) in answers.iter().enumerate() {
                if at == 3 && !is_admin {
                    assert!(answer.challenge().contains("files:admin"), "{case}");
                } else if owns && *has_key {
                    assert_eq!(answer.status, 200, "{case}");
                    let again = answer.header("mcp-session-id");
                    assert!(again.is_empty() || again == session || token == "nobody", "{case}");
                } else {
                    is_unknown(answer, &case);
                }
            }
            let reached = if owns && *has_key { 3 + usize::from(is_admin) } else { 0 };
            assert_eq!(server.heard(), vec![Some("its.own.name".to_owned()); reached], "{case}");
        }
    }
    let refused = &all(&places[0].1, "alice-reads", &session).await[3];
    assert_eq!(refused.challenge(), insufficient("files:read files:admin"));
}

#[tokio::test]
async fn a_token_that_names_nobody_opens_no_session() {
    let server = Server::naming("s1");
    let answer = post(&server.behind(RESOURCE, None), "nobody", &[], INITIALIZE).await;
    assert_eq!((answer.status.as_u16(), answer.challenge(), answer.header("mcp-session-id")), (403, "", ""));
    assert!(answer.body.contains("has no principal"), "{}", answer.body);
    // The token can use a server without sessions.
    let stateless = Server::default().behind(RESOURCE, None);
    assert_eq!(post(&stateless, "nobody", &[], INITIALIZE).await.status, 200);
}

/// A key without a name has no principal. Its session belongs to every client with the key.
#[tokio::test]
async fn a_session_of_a_key_without_a_name_is_not_that_of_another_key() {
    let keys = StaticKeys::parse("sk_one=files:read;sk_two=files:read").unwrap();
    let keys = keys.key("sk_one", "sk_named", "files:read").unwrap();
    let server = Server::naming("s1");
    let app = server.behind_gate(&Gate::static_keys("files", keys), None);
    let opened = post(&app, "sk_one", &[], INITIALIZE).await;
    assert_eq!(opened.status, 200);
    let session = opened.header("mcp-session-id");
    for (key, expected) in [("sk_one", 200), ("sk_two", 404), ("sk_named", 404)] {
        let answer = post(&app, key, &[&format!("mcp-session-id: {session}")], call("list")).await;
        assert_eq!(answer.status, expected, "{key}");
    }
}

#[tokio::test]
async fn a_name_that_no_client_could_send_is_a_fault_of_the_server() {
    for names in [vec!["a b".to_owned()], vec!["x".repeat(5000)], vec!["a".to_owned(), "b".to_owned()]] {
        let server = Server { names, heard: Arc::default() };
        let answer = post(&server.behind(RESOURCE, None), "alice", &[], INITIALIZE).await;
        assert_eq!((answer.status.as_u16(), answer.header("mcp-session-id")), (500, ""));
    }
}

#[tokio::test]
async fn a_version_without_sessions_ignores_the_header() {
    let server = Server::default();
    let app = server.behind(RESOURCE, None);
    let headers = ["mcp-protocol-version: 2026-07-28", "mcp-method: tools/list", "mcp-session-id: any"];
    assert_eq!(post(&app, "alice", &headers, request("tools/list", &json!({}))).await.status, 200);
    assert_eq!(server.heard(), [None]);
}

#[derive(Clone)]
struct Files;

#[scoped_tools]
impl Files {
    /// Lists the files.
    #[authenticated]
    #[tool]
    async fn list(&self) -> String {
        "hello.txt".to_owned()
    }
}

#[tool_handler]
impl ServerHandler for Files {}

#[tokio::test]
async fn a_session_of_an_rmcp_server_is_its_openers_alone() {
    let app = McpServer::new(&gate(RESOURCE), || Files).table(&Files::TOOLS).sessions().build().unwrap();
    let session = open(&app, "alice").await;
    let line = format!("mcp-session-id: {session}");
    let initialized = r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#;
    is_unknown(&post(&app, "bob", &[&line], initialized).await, "bob");
    assert_eq!(post(&app, "alice-refreshed", &[&line], initialized).await.status, 202);
    let [own, _] = session.rsplit_once('.').map(|(own, tag)| [own, tag]).unwrap();
    let headers = |token: &str| format!("authorization: Bearer {token}");
    for (token, id) in [("bob", &*session), ("nobody", &session), ("alice", own), ("alice", "s1.")] {
        let line = format!("mcp-session-id: {id}");
        is_unknown(&post(&app, token, &[&line], call("list")).await, token);
        for method in ["GET /mcp", "DELETE /mcp"] {
            let lines = [&*line, &headers(token), "host: example.com", "accept: text/event-stream"];
            is_unknown(&send(&app, method, &lines).await, method);
        }
    }
    let answer = post(&app, "alice-refreshed", &[&line], call("list")).await;
    assert!(answer.body.contains("hello.txt"), "{}", answer.body);
    let lines = [&*line, &headers("alice"), "host: example.com"];
    assert_eq!(send(&app, "DELETE /mcp", &lines).await.status, 202);
    // rmcp answers for a session that has ended.
    assert_eq!(post(&app, "alice", &[&line], call("list")).await.status, 404);
}

#[tokio::test]
async fn a_static_key_with_a_name_has_sessions() {
    let keys = StaticKeys::new().key("ci", "sk_ci", "").unwrap().key("cron", "sk_cron", "").unwrap();
    let gate = Gate::static_keys("files", keys);
    let app = McpServer::new(&gate, || Files).table(&Files::TOOLS).sessions().build().unwrap();
    let opened = post(&app, "sk_ci", &["host: localhost"], INITIALIZE).await;
    let line = format!("mcp-session-id: {}", opened.header("mcp-session-id"));
    is_unknown(&post(&app, "sk_cron", &["host: localhost", &line], call("list")).await, "cron");
    let initialized = r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#;
    assert_eq!(post(&app, "sk_ci", &["host: localhost", &line], initialized).await.status, 202);
}

/// Over a socket, the official client opens its stream and ends its session.
#[tokio::test(flavor = "multi_thread")]
async fn the_official_client_keeps_its_session() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/mcp", listener.local_addr().unwrap());
    let server = McpServer::new(&gate(&url), || Files).table(&Files::TOOLS).sessions();
    let app = server.build().unwrap();
    tokio::spawn(async { axum::serve(listener, app).await });
    let config = StreamableHttpClientTransportConfig::with_uri(&*url).auth_header("alice");
    let client =
        ClientConfig::default().serve(StreamableHttpClientTransport::from_config(config)).await.unwrap();
    for _ in 0..2 {
        let answer = client.call_tool(CallToolRequestParams::new("list")).await.unwrap();
        assert_eq!(serde_json::to_value(&answer).unwrap()["content"][0]["text"], "hello.txt");
    }
    client.cancel().await.unwrap();
}
