//! The gate before a JSON-RPC service without rmcp.

mod gating;

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{DefaultBodyLimit, State},
    routing::any,
};
use gating::IntoGate;
use http::StatusCode;
use scopegate::{
    BodyFormat, Gate, Requirement, Scope, Wildcards,
    mcp::{McpTable, Operation},
    mcp_table, requirement,
    testing::TestVerifier,
};
use scopegate_tests::{
    counter::{Counter, watched},
    exchange::{Answer, send_body},
    mcp::{insufficient, post, request},
};
use serde_json::{Value, json};

const READ: Scope = Scope::from_static("files:read");

const NEEDS_WRITE: Requirement = requirement!("files:write");
const NEEDS_ADMIN: Requirement = requirement!("files:admin");

const TABLE: McpTable = mcp_table![
    Operation::tool("list_files", Requirement::AUTHENTICATED),
    Operation::tool("write_file", NEEDS_WRITE),
    Operation::tool("purge_files", NEEDS_ADMIN),
    Operation::prompt("summarize", NEEDS_WRITE),
    Operation::resource("file:///secret", NEEDS_ADMIN),
    Operation::resource("file:///{name}", NEEDS_WRITE),
    Operation::method("tasks/cancel", NEEDS_ADMIN),
    Operation::method("tasks/get", Requirement::AUTHENTICATED),
    Operation::method("admin/purge", NEEDS_ADMIN),
    Operation::method("notifications/roots/list_changed", NEEDS_WRITE),
];

/// A service that counts its calls, and answers with the bytes that it received.
#[derive(Clone, Default)]
struct Service(Counter);

impl Service {
    fn calls(&self) -> usize {
        self.0.get()
    }

    fn behind(&self, gate: &Gate) -> Router {
        async fn echo(State(calls): State<Service>, body: Bytes) -> Bytes {
            calls.0.count();
            body
        }
        let layer = gate.mcp_layer(TABLE).unwrap();
        let endpoint = Router::new().route("/mcp", any(echo)).with_state(self.clone());
        let endpoint = endpoint.layer(DefaultBodyLimit::disable()).layer(layer.clone());
        layer.well_known().merge(endpoint)
    }
}

fn gate() -> Gate {
    let tokens = TestVerifier::new()
        .token("nothing", "")
        .token("read", "files:read")
        .token("write", "files:read files:write")
        .token("only-write", "files:write")
        .token("all", "files:read files:write files:admin")
        .expired("old");
    tokens.gate("https://example.com/mcp").unwrap().floor([READ])
}

const METADATA: &str = r#"resource_metadata="https://example.com/.well-known/oauth-protected-resource/mcp""#;

fn call(tool: &str) -> String {
    request("tools/call", &json!({ "name": tool, "arguments": { "name": "list_files" } }))
}

/// Checks that a token with `least` may send a message, and that a token with less is refused with `scopes`.
async fn needs(message: &str, scopes: &str, least: &str) {
    let service = Service::default();
    let app = service.behind(&gate());
    for token in ["nothing", "read", "write", "all"].into_iter().take_while(|token| *token != least) {
        let answer = post(&app, token, &[], message.to_owned()).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{message} {token}");
        assert_eq!(answer.challenge(), insufficient(scopes), "{message} {token}");
    }
    assert_eq!(service.calls(), 0, "{message}");
    let answer = post(&app, least, &[], message.to_owned()).await;
    assert_eq!((answer.status, answer.body.as_str()), (StatusCode::OK, message));
    assert_eq!(service.calls(), 1, "{message}");
}

#[tokio::test]
async fn each_message_needs_the_floor_and_what_it_names() {
    let (floor, write, admin) = ("files:read", "files:read files:write", "files:read files:admin");
    for method in ["initialize", "ping", "tools/list", "server/discover", "logging/setLevel"] {
        needs(&request(method, &json!({})), floor, "read").await;
    }
    needs(&call("list_files"), floor, "read").await;
    needs(&call("write_file"), write, "write").await;
    needs(&call("purge_files"), admin, "all").await;
    needs(&request("prompts/get", &json!({ "name": "summarize" })), write, "write").await;
    for method in [
        "resources/read",
        "resources/subscribe",
        "resources/unsubscribe",
        "resources/directory/read",
        "skills/get",
    ] {
        needs(&request(method, &json!({ "uri": "file:///a.txt" })), write, "write").await;
        needs(&request(method, &json!({ "uri": "file:///secret" })), admin, "all").await;
    }
    let complete = |reference: Value| request("completion/complete", &json!({ "ref": reference }));
    needs(&complete(json!({ "type": "ref/prompt", "name": "summarize" })), write, "write").await;
    needs(&complete(json!({ "type": "ref/resource", "uri": "file:///{name}" })), write, "write").await;
    needs(&complete(json!({ "type": "ref/resource", "uri": "file:///secret" })), admin, "all").await;
    needs(&request("tasks/get", &json!({ "taskId": "7" })), floor, "read").await;
    needs(&request("tasks/cancel", &json!({ "taskId": "7" })), admin, "all").await;
    needs(&request("admin/purge", &json!({})), admin, "all").await;
    needs(r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#, floor, "read").await;
    needs(r#"{"jsonrpc":"2.0","method":"notifications/roots/list_changed"}"#, write, "write").await;
    needs(r#"{"jsonrpc":"2.0","id":1,"result":{}}"#, floor, "read").await;
}

#[tokio::test]
async fn a_resource_that_is_not_in_the_table_is_unknown() {
    let service = Service::default();
    let app = service.behind(&gate());
    for uri in [
        "FILE:///secret",
        "file:///%73ecret",
        "file:///a/../secret",
        "file:///secret?",
        "file://",
        "file:///{name}",
        "*",
    ] {
        let answer = post(&app, "all", &[], request("resources/read", &json!({ "uri": uri }))).await;
        assert_eq!(answer.status, StatusCode::OK);
        let error = json!({ "code": -32602, "message": "Unknown resource", "data": { "uri": uri } });
        let body = answer.json();
        assert_eq!(body, json!({ "jsonrpc": "2.0", "id": 1, "error": error }), "{uri}");
    }
    let answer = post(&app, "only-write", &[], request("resources/read", &json!({ "uri": "x" }))).await;
    assert_eq!(answer.challenge(), insufficient("files:read"));
    assert_eq!(service.calls(), 0);
}

const TENANT: Requirement = requirement!("docs:read", any("tenant:{tenant}:member", "docs:all"));
const TWO_PARTS: Requirement = requirement!("tenant:{tenant}:member", "doc:{name}");
const WITH_PARTS: McpTable = mcp_table![
    Operation::resource("docs://{tenant}/{name}", TENANT),
    Operation::resource("docs://acme/public", Requirement::AUTHENTICATED),
    Operation::resource("raw://{tenant}/{name}/data", TWO_PARTS),
];

/// Sends a request with a token that grants `scopes` to a service with [`WITH_PARTS`]. Returns the answer and the service's calls.
async fn with_parts(scopes: &str, body: &str) -> (Answer, usize) {
    let tokens = TestVerifier::new().token("some", scopes);
    let gate = tokens.gate("https://example.com/mcp").unwrap().wildcards(Wildcards::Prefixed);
    let layer = gate.mcp_layer(WITH_PARTS).unwrap();
    let calls = Counter::default();
    let count = calls.clone();
    let count = any(move || {
        count.count();
        async {}
    });
    let answer = post(&Router::new().route("/mcp", count).layer(layer), "some", &[], body.to_owned()).await;
    (answer, calls.get())
}

#[tokio::test]
async fn scopes_take_their_values_from_the_uri() {
    let check = async |scopes: &str, uri: &str, expected: &str| {
        for method in
            ["resources/read", "resources/directory/read", "resources/subscribe", "resources/unsubscribe"]
        {
            let (answer, calls) = with_parts(scopes, &request(method, &json!({ "uri": uri }))).await;
            let refusal = if expected.is_empty() { String::new() } else { insufficient(expected) };
            assert_eq!(answer.challenge(), refusal, "{uri} {scopes}");
            assert_eq!(calls, usize::from(expected.is_empty()), "{uri} {scopes}");
        }
    };
    let acme = "docs:read tenant:acme:member";
    check("", "docs://acme/a.txt", acme).await;
    check("docs:read", "docs://acme/a.txt", acme).await;
    check("tenant:acme:member", "docs://acme/a.txt", acme).await;
    check("docs:read tenant:other:member", "docs://acme/a.txt", acme).await;
    check("docs:read tenant:{tenant}:member", "docs://acme/a.txt", acme).await;
    check("docs:read tenant:ACME:member", "docs://acme/a.txt", acme).await;
    check(acme, "docs://other/a.txt", "docs:read tenant:other:member").await;
    check(acme, "docs://acme/a.txt", "").await;
    check("docs:read docs:all", "docs://acme/a.txt", "").await;
    check("docs:read tenant:*", "docs://acme/a.txt", "").await;
    check("docs:read tenant:other:*", "docs://acme/a.txt", acme).await;
    check("", "docs://acme/public", "").await;
    check(acme, "raw://acme/a.txt/data", "tenant:acme:member doc:a.txt").await;
    check("tenant:acme:member doc:a.txt", "raw://acme/a.txt/data", "").await;
}

#[tokio::test]
async fn a_batch_asks_for_the_scopes_of_each_uri() {
    let read = |uri: &str| request("resources/read", &json!({ "uri": uri }));
    let batch = format!("[{},{},{}]", read("docs://a/x"), read("docs://b/x"), read("docs://a/y"));
    let both = "docs:read tenant:a:member tenant:b:member";
    for scopes in ["docs:read", "docs:read tenant:a:member", "docs:read tenant:b:member"] {
        let (answer, calls) = with_parts(scopes, &batch).await;
        assert_eq!((answer.challenge(), calls), (&*insufficient(both), 0), "{scopes}");
    }
    assert_eq!(with_parts(both, &batch).await.1, 1);
    let (answer, calls) =
        with_parts(both, &format!("[{},{}]", read("docs://a/x"), read("docs://a/.."))).await;
    assert!(answer.body.contains("Unknown resource"), "{}", answer.body);
    assert_eq!(calls, 0);
}

#[tokio::test]
async fn who_listens_needs_what_each_resource_needs() {
    let listen = |uris: &[&str]| {
        request("subscriptions/listen", &json!({ "notifications": { "resourceSubscriptions": uris } }))
    };
    let both = "docs:read tenant:a:member tenant:b:member";
    let (answer, calls) =
        with_parts("docs:read tenant:a:member", &listen(&["docs://a/x", "docs://b/x", "docs://acme/public"]))
            .await;
    assert_eq!((answer.challenge(), calls), (&*insufficient(both), 0));
    assert_eq!(with_parts(both, &listen(&["docs://a/x", "docs://b/x"])).await.1, 1);
    let (answer, calls) = with_parts(both, &listen(&["docs://a/x", "docs://a/%78"])).await;
    assert!(answer.body.contains("Unknown resource"), "{}", answer.body);
    assert_eq!(calls, 0);
    assert_eq!(with_parts("", &listen(&[])).await.1, 1);
}

#[tokio::test]
async fn a_template_whose_scopes_have_no_values_yet_is_not_completed() {
    let complete =
        |uri: &str| request("completion/complete", &json!({ "ref": { "type": "ref/resource", "uri": uri } }));
    for scopes in ["docs:read", "docs:read docs:all", "docs:read tenant:{tenant}:member"] {
        let (answer, calls) = with_parts(scopes, &complete("docs://{tenant}/{name}")).await;
        let error = r#"{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"The scopes of this template depend on the values that are being completed"}}"#;
        assert_eq!(
            (answer.status, answer.challenge(), &*answer.body),
            (StatusCode::OK, "", error),
            "{scopes}"
        );
        assert_eq!(calls, 0);
    }
    let (answer, calls) = with_parts("docs:read", &complete("docs://acme/a.txt")).await;
    assert_eq!((answer.challenge(), calls), (&*insufficient("docs:read tenant:acme:member"), 0));
    assert_eq!(with_parts("docs:read tenant:acme:member", &complete("docs://acme/a.txt")).await.1, 1);
    assert_eq!(with_parts("", &complete("docs://acme/public")).await.1, 1);
}

#[tokio::test]
async fn scopes_that_are_too_long_for_a_header_are_still_refused() {
    let uri = |at: usize| format!("docs://{at}{}/a", "a".repeat(1000));
    let read = |at| serde_json::from_str(&request("resources/read", &json!({ "uri": uri(at) }))).unwrap();
    let (answer, calls) =
        with_parts("docs:read", &Value::Array((0..10).map(read).collect()).to_string()).await;
    assert_eq!((answer.status, calls), (StatusCode::FORBIDDEN, 0));
    assert!(answer.challenge().starts_with("Bearer error=\"insufficient_scope\", resource_metadata="));
}

#[tokio::test]
async fn parts_of_uris_are_no_longer_than_a_challenge_takes() {
    let read = |length: usize| {
        request("resources/read", &json!({ "uri": format!("docs://{}/a", "a".repeat(length)) }))
    };
    let (answer, calls) = with_parts("docs:read", &read(1024)).await;
    assert_eq!((answer.status, calls), (StatusCode::FORBIDDEN, 0));
    assert!(answer.challenge().contains(&format!("tenant:{}:member", "a".repeat(1024))));
    let (answer, calls) = with_parts("docs:read", &read(1025)).await;
    assert_eq!((answer.status, answer.challenge(), calls), (StatusCode::OK, "", 0));
    assert_eq!(answer.json()["error"]["message"], "Unknown resource");
}

#[tokio::test]
async fn a_batch_needs_what_all_its_messages_need_together() {
    let batch =
        |tools: &[&str]| format!("[{}]", tools.iter().map(|tool| call(tool)).collect::<Vec<_>>().join(","));
    needs(&batch(&["list_files", "write_file"]), "files:read files:write", "write").await;
    needs(&batch(&["purge_files", "list_files", "write_file"]), "files:read files:admin files:write", "all")
        .await;
    let service = Service::default();
    let app = service.behind(&gate());
    for version in ["2025-06-18", "2025-11-25", "2026-07-28"] {
        let version = format!("mcp-protocol-version: {version}");
        let answer = post(&app, "all", &[&version], batch(&["list_files"])).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{version}");
    }
    assert_eq!(service.calls(), 0);
    assert_eq!(
        post(&app, "all", &["mcp-protocol-version: 2025-03-26"], batch(&["list_files"])).await.status,
        200
    );
}

#[tokio::test]
async fn without_a_valid_token_the_body_is_not_read_and_the_floor_is_named() {
    let service = Service::default();
    let app = service.behind(&gate());
    let reads = Counter::default();
    let missing = post(&app, "", &[], watched(&reads)).await;
    assert_eq!(missing.status, StatusCode::UNAUTHORIZED);
    assert_eq!(missing.challenge(), format!("Bearer scope=\"files:read\", {METADATA}"));
    assert_eq!(missing.header("content-type"), "application/json");
    let expected = r#"{"jsonrpc":"2.0","error":{"code":401,"message":"This request needs an access token","data":{"scope":"files:read"}}}"#;
    assert_eq!(missing.body, expected);
    for (token, description) in
        [("unknown", "The access token is not valid for this resource"), ("old", "The access token expired")]
    {
        let answer = post(&app, token, &[], watched(&reads)).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        let expected = format!(
            "Bearer error=\"invalid_token\", scope=\"files:read\", {METADATA}, error_description=\"{description}\""
        );
        assert_eq!(answer.challenge(), expected);
    }
    assert_eq!(post(&app, "read", &["authorization: Basic x"], watched(&reads)).await.status, 400);
    assert_eq!(reads.get(), 0);
    assert_eq!(post(&app, "read", &[], watched(&reads)).await.status, 400);
    assert_eq!((reads.get(), service.calls()), (1, 0));
}

#[tokio::test]
async fn other_http_methods_need_the_floor() {
    let service = Service::default();
    let app = service.behind(&gate());
    for method in ["GET", "DELETE", "OPTIONS"] {
        let send = async |token: &str| {
            let authorization = format!("authorization: Bearer {token}");
            send_body(&app, &format!("{method} /mcp"), &[&authorization], Body::empty()).await
        };
        assert_eq!(send("unknown").await.status, StatusCode::UNAUTHORIZED, "{method}");
        assert_eq!(send("only-write").await.challenge(), insufficient("files:read"), "{method}");
        assert_eq!(send("read").await.status, StatusCode::OK, "{method}");
    }
    // MCP uses no other methods.
    for method in ["PUT", "PATCH", "X"] {
        let lines = ["authorization: Bearer read"];
        let answer = send_body(&app, &format!("{method} /mcp"), &lines, Body::from(call("write_file"))).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method}");
    }
    assert_eq!(service.calls(), 3);
}

#[tokio::test]
async fn what_cannot_be_read_for_certain_does_not_reach_the_service() {
    let service = Service::default();
    let app = service.behind(&gate());
    let deep = format!(r#"{{"method":"ping","x":{}{}}}"#, "[".repeat(200), "]".repeat(200));
    let not_json: [&[u8]; 6] = [b"", b"{", b"\xef\xbb\xbf{}", b"{}x", b"{\"x\":\"\xff\"}", deep.as_bytes()];
    let not_a_message: [&[u8]; 6] = [
        br#"{"method":"tools/call","params":{"name":"list_files","name":"purge_files"}}"#,
        br#"{"method":"ping","m\u0065thod":"tools/call","params":{"name":"purge_files"}}"#,
        br#"[{"method":"ping"},{"method":"tools/call","params":{"Name":"purge_files"}}]"#,
        br#"["tools/call"]"#,
        b"[]",
        b"7",
    ];
    let unnamed: [&[u8]; 3] = [
        br#"{"method":"tools/call","params":[null,"purge_files"]}"#,
        br#"{"method":"tools/call","params":{"name":{"$serde_json::private::RawValue":"purge_files"}}}"#,
        br#"{"method":"resources/subscribe","params":{}}"#,
    ];
    for (bodies, code) in [(&not_json[..], -32700), (&not_a_message[..], -32600), (&unnamed[..], -32602)] {
        for body in bodies {
            let shown = String::from_utf8_lossy(body);
            let answer = post(&app, "all", &[], body.to_vec()).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{shown}");
            assert_eq!(answer.challenge(), "", "{shown}");
            let error = answer.json();
            assert_eq!(error["error"]["code"], code, "{shown}");
            let answer = post(&app, "nothing", &[], body.to_vec()).await;
            assert_eq!(answer.challenge(), insufficient("files:read"), "{shown}");
        }
    }
    assert_eq!(service.calls(), 0);
}

#[tokio::test]
async fn a_method_that_the_version_no_longer_has_is_not_found() {
    let service = Service::default();
    let app = service.behind(&gate());
    for method in ["resources/subscribe", "resources/unsubscribe"] {
        for params in [json!({}), json!({ "uri": "file:///a/../secret" })] {
            let new = [NEW, &format!("mcp-method: {method}")];
            let answer = post(&app, "all", &new, request(method, &params)).await;
            let error = answer.json();
            assert_eq!(
                (answer.status, &error["id"]),
                (StatusCode::NOT_FOUND, &json!(1)),
                "{method} {params}"
            );
            assert_eq!(error["error"]["code"], -32601);
            let answer = post(&app, "nothing", &new, request(method, &params)).await;
            assert_eq!(answer.challenge(), insufficient("files:read"), "{method} {params}");
            let answer = post(&app, "all", &[], request(method, &params)).await;
            assert_ne!(answer.status, StatusCode::NOT_FOUND);
        }
    }
    assert_eq!(service.calls(), 0);
}

const NEW: &str = "mcp-protocol-version: 2026-07-28";
const CALL: &str = "mcp-method: tools/call";

#[tokio::test]
async fn headers_agree_with_the_body() {
    let service = Service::default();
    let app = service.behind(&gate());
    let check = async |headers: &[&str], body: &str, expected: u16| {
        let before = service.calls();
        let answer = post(&app, "write", headers, body.to_owned()).await;
        assert_eq!(answer.status, expected, "{headers:?} {body} {}", answer.body);
        assert_eq!(service.calls() - before, usize::from(expected == 200), "{headers:?} {body}");
        if expected == 400 {
            let error = answer.json();
            assert_eq!((&error["error"]["code"], &error["id"]), (&json!(-32020), &json!(1)), "{headers:?}");
        }
    };
    let (write, list) = (&call("write_file"), &request("tools/list", &json!({})));
    check(&[NEW, CALL, "mcp-name: write_file"], write, 200).await;
    check(&[NEW, CALL, "mcp-name: =?base64?d3JpdGVfZmlsZQ==?="], write, 200).await;
    check(&[NEW, "mcp-method: tools/list"], list, 200).await;
    check(&[NEW], write, 400).await;
    check(&[NEW], list, 400).await;
    check(&[NEW, CALL], write, 400).await;
    check(&[NEW, "mcp-name: write_file"], write, 400).await;
    check(&[NEW, CALL, "mcp-name: list_files"], write, 400).await;
    let read = &request("resources/read", &json!({ "uri": "file:///a.txt" }));
    let reading = "mcp-method: resources/read";
    check(&[NEW, reading, "mcp-name: file:///a.txt"], read, 200).await;
    check(&[NEW, reading, "mcp-name: =?base64?ZmlsZTovLy9hLnR4dA==?="], read, 200).await;
    check(&[NEW, reading, "mcp-name: file:///b.txt"], read, 400).await;
    check(&[NEW, reading, "mcp-name: FILE:///a.txt"], read, 400).await;
    check(&[NEW, reading], read, 400).await;
    let get = &request("prompts/get", &json!({ "name": "summarize" }));
    check(&[NEW, "mcp-method: prompts/get", "mcp-name: summarize"], get, 200).await;
    check(&[NEW, "mcp-method: prompts/get", "mcp-name: other"], get, 400).await;
    check(&[NEW, CALL, "mcp-name: summarize"], get, 400).await;
    check(&[NEW, CALL, "mcp-name: WRITE_FILE"], write, 400).await;
    check(&[NEW, CALL, "mcp-name: =?BASE64?d3JpdGVfZmlsZQ==?="], write, 400).await;
    check(&[NEW, CALL, "mcp-name: =?base64?d3JpdGV?="], write, 400).await;
    check(&[NEW, CALL, "mcp-name: =?base64?/w==?="], write, 400).await;
    check(&[NEW, "mcp-method: TOOLS/CALL", "mcp-name: write_file"], write, 400).await;
    check(&[NEW, "mcp-method: tools/list", "mcp-name: write_file"], write, 400).await;
    check(&[NEW, CALL, "mcp-method: tools/list", "mcp-name: write_file"], write, 400).await;
    check(&[NEW, "mcp-protocol-version: 2025-03-26", CALL, "mcp-name: write_file"], write, 400).await;
    check(&[NEW], &request("initialize", &json!({})), 200).await;
    check(&[NEW, "mcp-method: ping"], &request("initialize", &json!({})), 400).await;
    check(&[NEW], r#"{"id":1,"method":"notifications/initialized"}"#, 200).await;
    check(&[NEW], r#"{"id":1,"result":{}}"#, 200).await;
    check(
        &[NEW, "mcp-method: tasks/get", "mcp-name: 8"],
        &request("tasks/get", &json!({ "taskId": "7" })),
        400,
    )
    .await;
    check(
        &[NEW, "mcp-method: tasks/get", "mcp-name: 7"],
        &request("tasks/get", &json!({ "taskId": "7" })),
        200,
    )
    .await;
    // Older versions do not require these headers, but a header that is sent must agree with the body.
    let old = "mcp-protocol-version: 2025-11-25";
    check(&[old], write, 200).await;
    check(&[old, CALL, "mcp-name: write_file"], write, 200).await;
    check(&[old, "mcp-method: ping", "mcp-name: x"], write, 400).await;
    check(&["mcp-method: ping", "mcp-name: x"], write, 400).await;
    check(&["mcp-name: list_files"], write, 400).await;
    // These headers grant nothing, and scopes are judged before them.
    check(&[NEW, CALL, "mcp-name: list_files"], &call("purge_files"), 403).await;
    check(&["mcp-method: ping"], &call("purge_files"), 403).await;
}

#[tokio::test]
async fn bodies_have_a_limit() {
    const PING: &str = r#"{"method":"ping"}"#;
    let service = Service::default();
    let app = service.behind(&gate());
    let of = |size: usize| {
        let (start, end) = (r#"{"method":"ping","x":""#, r#""}"#);
        format!("{start}{}{end}", "a".repeat(size - start.len() - end.len()))
    };
    let mebi = 1 << 20;
    assert_eq!(post(&app, "read", &[], of(4 * mebi)).await.body.len(), 4 * mebi);
    let too_large = post(&app, "read", &[], of(4 * mebi + 1)).await;
    assert_eq!(too_large.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(too_large.challenge(), "");
    let announced = post(&app, "read", &["content-length: 99999999999999999999"], PING).await;
    assert_eq!(announced.status, StatusCode::OK, "the bytes are the reason, not the claimed length");
    assert_eq!(post(&app, "read", &["content-length: 5000000"], PING).await.status, 413);
    let small = gate().mcp_layer(TABLE).unwrap().max_body(PING.len());
    let app = Router::new().route("/mcp", any(|| async {})).layer(small);
    assert_eq!(post(&app, "read", &[], PING).await.status, 200);
    assert_eq!(post(&app, "read", &[], format!("{PING} ")).await.status, 413);
}

#[tokio::test]
async fn pages_of_other_origins_may_not_call() {
    let service = Service::default();
    let app = service.behind(&gate());
    for origin in ["https://evil.com", "null", "https://example.com.evil.com"] {
        let foreign = post(&app, "all", &[&format!("origin: {origin}")], call("list_files")).await;
        assert_eq!((foreign.status, foreign.challenge()), (StatusCode::FORBIDDEN, ""), "{origin}");
    }
    assert_eq!(service.calls(), 0);
    assert_eq!(post(&app, "all", &["origin: https://example.com"], call("list_files")).await.status, 200);
    let preflight = ["origin: https://evil.com", "access-control-request-method: POST"];
    let answer = send_body(&app, "OPTIONS /mcp", &preflight, Body::empty()).await;
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (StatusCode::NO_CONTENT, ""));
    assert_eq!(service.calls(), 1);
}

#[tokio::test]
async fn the_document_names_what_the_table_does() {
    let app = Service::default().behind(&gate());
    let answer = send_body(&app, "GET /.well-known/oauth-protected-resource/mcp", &[], Body::empty()).await;
    let document = answer.json();
    assert_eq!(document["scopes_supported"], json!(["files:admin", "files:read", "files:write"]));
}

#[tokio::test]
async fn the_program_chooses_the_bodies() {
    let app = Service::default().behind(&gate().body(BodyFormat::OAuth));
    let answer = post(&app, "read", &[], call("write_file")).await;
    assert_eq!(
        answer.body,
        r#"{"error":"insufficient_scope","error_description":"The access token lacks a scope that this request needs","scope":"files:read files:write"}"#,
    );
    let app = Service::default().behind(&gate());
    let answer = post(&app, "read", &[], call("write_file")).await;
    assert_eq!(
        answer.body,
        r#"{"jsonrpc":"2.0","id":1,"error":{"code":403,"message":"The access token lacks a scope that this request needs","data":{"error":"insufficient_scope","scope":"files:read files:write"}}}"#,
    );
}

#[tokio::test]
async fn a_refusal_names_the_request_that_it_answers() {
    let app = Service::default().behind(&gate());
    let params = json!({ "name": "write_file" });
    let request = json!({ "jsonrpc": "2.0", "method": "tools/call", "params": params });
    let with = |more: Value| {
        let mut message = request.clone();
        message.as_object_mut().unwrap().append(&mut more.as_object().unwrap().clone());
        message
    };
    let nobody = Value::Null;
    for (body, expected) in [
        (with(json!({ "id": 7 })), json!(7)),
        (with(json!({ "id": "seven" })), json!("seven")),
        // A notification and a batch.
        (request.clone(), nobody.clone()),
        (json!([with(json!({ "id": 7 }))]), nobody.clone()),
    ] {
        let answer = post(&app, "read", &[], body.to_string()).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{body}");
        let answered = answer.json();
        assert_eq!(answered["id"], expected, "{body}");
    }
    // A token below the floor gets an answer that was built at startup.
    let list = json!({ "jsonrpc": "2.0", "id": 7, "method": "tools/list" });
    assert_eq!(post(&app, "nothing", &[], list.to_string()).await.json()["id"], json!(7));
    let unknown =
        json!({ "jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": { "name": "no_such_tool" } });
    let refused = post(&app, "nothing", &[], unknown.to_string()).await;
    assert_eq!((refused.status, &refused.json()["id"]), (StatusCode::FORBIDDEN, &json!(7)));
    // A response from a client has the id of the server's request, so the refusal has no id.
    let answer = json!({ "jsonrpc": "2.0", "id": 7, "result": {} });
    let refused = post(&app, "nothing", &[], answer.to_string()).await;
    assert_eq!(refused.json()["id"], nobody);
}

#[test]
fn a_faulty_table_is_refused_with_everything_that_is_wrong() {
    const FAULTY: McpTable = mcp_table![
        Operation::method("tools/call", Requirement::PUBLIC),
        Operation::tool("twice", NEEDS_WRITE),
        Operation::tool("twice", NEEDS_ADMIN),
        Operation::prompt("twice", NEEDS_ADMIN),
        Operation::resource("file:///{a}{b}", NEEDS_ADMIN),
    ];
    let error = gate().mcp_layer(FAULTY).unwrap_err();
    assert_eq!(
        error.problems(),
        [
            "`method tools/call` is public, but the target of the method decides who may call it; declare the target public, or the method `Requirement::AUTHENTICATED`",
            "`tools/call twice` is in the table twice; write it once",
            "`resources/read file:///{a}{b}` is not a URI template: put a separator such as `/` between two variables, so that no value runs into the next",
        ],
    );
}

#[test]
fn scopes_that_nothing_can_fill_in_refuse_to_start() {
    const FAULTY: McpTable = mcp_table![
        Operation::tool("write", TWO_PARTS),
        Operation::prompt("sum_up", TENANT),
        Operation::method("tasks/cancel", TENANT),
        Operation::resource("docs://acme/a", TENANT),
        Operation::resource("docs://{name}", TWO_PARTS),
        Operation::resource("docs://{tenant}.{name}", TENANT),
        Operation::resource("docs://{name}/{name}", Requirement::AUTHENTICATED),
    ];
    assert_eq!(
        gate().mcp_layer(FAULTY).unwrap_err().problems(),
        [
            "`tools/call write` needs `tenant:{tenant}:member`, but only the URI template of a resource can fill that in",
            "`prompts/get sum_up` needs `tenant:{tenant}:member`, but only the URI template of a resource can fill that in",
            "`method tasks/cancel` needs `tenant:{tenant}:member`, but only the URI template of a resource can fill that in",
            "`resources/read docs://acme/a` needs `tenant:{tenant}:member`, but its URI has no `{tenant}`",
            "`resources/read docs://{name}` needs `tenant:{tenant}:member`, but its URI has no `{tenant}`",
            "`resources/read docs://{tenant}.{name}` is not a URI template: put a separator such as `/` between two variables, so that no value runs into the next",
            "`resources/read docs://{name}/{name}` is not a URI template: use each variable only once",
        ],
    );
}

#[test]
fn a_table_is_read_as_lines() {
    let more = McpTable::from_iter([Operation::tool("more", NEEDS_WRITE)]);
    let table = TABLE.and(&more).to_string();
    assert!(
        table.starts_with("tools/call      list_files                        authenticated\n"),
        "{table}"
    );
    assert!(table.ends_with("tools/call      more                              files:write\n"), "{table}");
}
