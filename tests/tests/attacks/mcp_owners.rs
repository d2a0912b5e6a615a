//! Sessions and tasks of other principals.

use std::sync::{Arc, Mutex};

use axum::{Router, body::Body, extract::Request, routing::any};
use http::Response;
use scopegate::{
    Gate, GrantedScopes, Requirement, Scope, Token,
    mcp::{McpTable, Operation},
    mcp_table,
    testing::TestVerifier,
};
use scopegate_tests::{
    counter::Counter,
    exchange::send,
    mcp::{INITIALIZE, post, request},
};
use serde_json::json;

use crate::gating::IntoGate;

const TABLE: McpTable = mcp_table![Operation::tool("list_files", Requirement::AUTHENTICATED)];

fn gate() -> Gate {
    let of = |issuer: &str, subject: &str| {
        Token::granting(GrantedScopes::parse("files:read")).with_issuer(issuer).with_subject(subject)
    };
    let tokens = TestVerifier::new()
        .token_saying("alice", of("https://auth.example.com", "alice"))
        .token_saying("bob", of("https://auth.example.com", "bob"))
        // Issuer and subject that concatenate to the same text.
        .token_saying("shifted", of("https://auth.example.comalice", ""))
        .token_saying("nobody", Token::granting(GrantedScopes::parse("files:read")));
    tokens.gate("https://example.com/mcp").unwrap().floor([Scope::from_static("files:read")])
}

/// A server with one session, `s1`, open to every client that knows its name.
fn server(reached: &Counter) -> Router {
    let reached = reached.clone();
    let rpc = any(async move |request: Request| {
        if request.headers().get("mcp-session-id").is_some_and(|id| id == "s1") {
            reached.count();
        }
        Response::builder().header("mcp-session-id", "s1").body(Body::from("{}")).unwrap()
    });
    Router::new().route("/mcp", rpc).layer(gate().mcp_layer(TABLE).unwrap())
}

#[tokio::test]
async fn who_learns_the_name_of_a_session_is_not_in_it() {
    let reached = Counter::default();
    let app = server(&reached);
    let session = post(&app, "alice", &[], INITIALIZE).await.header("mcp-session-id").to_owned();
    assert_ne!(session, "s1");
    let list = request("tools/list", &json!({}));
    for (token, name) in [
        ("bob", &*session),
        ("shifted", &session),
        ("nobody", &session),
        ("bob", "s1"),
        ("alice", "s1"),
        ("alice", "S1"),
        ("alice", "s1."),
        ("alice", &session.to_uppercase()),
        ("alice", &session[1..]),
        ("alice", &session[..session.len() - 1]),
        ("alice", &format!("{session}=")),
        ("alice", &format!("s1.{session}")),
        ("alice", &format!("{session}, {session}")),
        ("alice", &"s".repeat(9000)),
    ] {
        let line = format!("mcp-session-id: {name}");
        assert_eq!(post(&app, token, &[&line], list.clone()).await.status, 404, "{token} {name}");
        for method in ["GET /mcp", "DELETE /mcp", "HEAD /mcp", "OPTIONS /mcp"] {
            let authorization = format!("authorization: Bearer {token}");
            assert_eq!(send(&app, method, &[&line, &authorization]).await.status, 404, "{method} {name}");
        }
    }
    let line = format!("mcp-session-id: {session}");
    assert_eq!(post(&app, "alice", &[&line, &line], list.clone()).await.status, 404);
    assert_eq!(post(&app, "alice", &[&line, "mcp-session-id: s1"], list.clone()).await.status, 404);
    // In a version without sessions, the server does not see the session id.
    let newer = ["mcp-protocol-version: 2026-07-28", "mcp-method: tools/list", "mcp-session-id: s1"];
    assert_eq!(post(&app, "bob", &newer, list.clone()).await.status, 200);
    assert_eq!(reached.get(), 0);
    assert_eq!(post(&app, "alice", &[&line], list).await.status, 200);
    assert_eq!(reached.get(), 1);
}

/// A subscription reports what `tasks/get` would. In an earlier version, every client that could subscribe to anything
/// received these reports.
#[tokio::test]
async fn nobody_listens_to_a_task_whose_owner_nobody_knows() {
    let heard: Arc<Mutex<Vec<String>>> = Arc::default();
    let hear = heard.clone();
    let rpc = any(async move |body: String| {
        hear.lock().unwrap().push(body);
        "{}"
    });
    let app = Router::new().route("/mcp", rpc).layer(gate().mcp_layer(TABLE).unwrap());
    for wanted in [
        json!({ "taskIds": ["7"] }),
        json!({ "taskIds": ["7"], "toolsListChanged": true }),
        json!({ "resourceSubscriptions": [], "taskIds": ["7"] }),
        json!({ "TaskIds": ["7"] }),
        json!({ "taskIds": "7" }),
        json!({ "taskIds": vec!["7"; 257] }),
    ] {
        let body = request("subscriptions/listen", &json!({ "notifications": wanted }));
        post(&app, "alice", &[], body.clone()).await;
        assert_eq!(*heard.lock().unwrap(), Vec::<String>::new(), "{body}");
    }
    let body = request("subscriptions/listen", &json!({ "notifications": { "toolsListChanged": true } }));
    assert_eq!(post(&app, "alice", &[], body).await.status, 200);
    assert_eq!(heard.lock().unwrap().len(), 1);
}
