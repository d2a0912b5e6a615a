//! The gateway before a small server: the requests that reach the server, and the answers that come back.

use std::{
    convert::Infallible,
    fs,
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Json, Router,
    body::{Body, Bytes},
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode, Uri},
    response::{IntoResponse, Response},
    routing::any,
};
use futures_util::{StreamExt, stream};
use reqwest::{Client, RequestBuilder};
use scopegate_tests::program::{Program, free_port};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::Notify, time::timeout};

const PROGRAM: &str = env!("CARGO_BIN_EXE_mcp-gateway");
const KEYS: &str = "sk_read=notes:read;sk_write=notes:read notes:write";

/// The server behind the gateway, which records its requests.
#[derive(Clone, Default)]
struct Server {
    requests: Arc<Mutex<Vec<Recorded>>>,
    /// Releases the second event of a stream.
    go_on: Arc<Notify>,
}

#[derive(Clone, Debug)]
struct Recorded {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: String,
}

impl Recorded {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

impl Server {
    fn requests(&self) -> Vec<Recorded> {
        self.requests.lock().unwrap().clone()
    }

    fn last(&self) -> Recorded {
        self.requests().pop().expect("a request")
    }

    /// Serves on a free port, and returns its URL.
    async fn start(&self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/rpc", listener.local_addr().unwrap());
        let app = Router::new().route("/rpc", any(answer)).with_state(self.clone());
        tokio::spawn(async { axum::serve(listener, app).await });
        url
    }
}

async fn answer(State(server): State<Server>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    let body = String::from_utf8(body.to_vec()).unwrap();
    let message: Value = serde_json::from_str(&body).unwrap_or_default();
    let recorded = Recorded { method: parts.method.clone(), uri: parts.uri, headers: parts.headers, body };
    server.requests.lock().unwrap().push(recorded);
    if parts.method == Method::GET {
        return events(&server.go_on);
    }
    match message["params"]["name"].as_str() {
        Some("moved") => {
            (StatusCode::TEMPORARY_REDIRECT, [("location", "http://127.0.0.1:9/")]).into_response()
        }
        Some("locked") => {
            (StatusCode::UNAUTHORIZED, [("www-authenticate", "Basic realm=\"own\"")]).into_response()
        }
        Some("teapot") => (StatusCode::IM_A_TEAPOT, "a teapot").into_response(),
        _ => {
            let result =
                json!({ "jsonrpc": "2.0", "id": message["id"], "result": { "got": message["params"] } });
            let headers = [
                ("mcp-session-id", "own-session"),
                ("set-cookie", "own=1"),
                ("x-powered-by", "somebody"),
                ("access-control-allow-origin", "*"),
            ];
            (headers, Json(result)).into_response()
        }
    }
}

/// Sends one event at once, and another when the test releases it.
fn events(go_on: &Arc<Notify>) -> Response {
    let go_on = go_on.clone();
    let first = stream::once(async { Ok::<_, Infallible>(Bytes::from("data: 1\n\n")) });
    let second = stream::once(async move {
        go_on.notified().await;
        Ok(Bytes::from("data: 2\n\n"))
    });
    ([("content-type", "text/event-stream")], Body::from_stream(first.chain(second))).into_response()
}

/// Starts the gateway before the server at a URL.
fn gateway(upstream: &str, variables: &[(&str, &str)]) -> (Program, String) {
    let port = free_port();
    let text = format!(
        r#"
        resource = "http://127.0.0.1:{port}/mcp"
        upstream = "{upstream}"
        static_keys = "KEYS"
        floor = "notes:read"

        [tools]
        read = "authenticated"
        moved = "authenticated"
        locked = "authenticated"
        teapot = "public"
        write = "notes:write"

        [resources]
        "note:///{{name}}" = "notes:write"

        [methods]
        "notes/export" = "authenticated"
        "#
    );
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{port}.toml"));
    fs::write(&path, text).unwrap();
    let port = port.to_string();
    let fixed = [("CONFIG", path.to_str().unwrap()), ("PORT", port.as_str()), ("KEYS", KEYS)];
    let program = Program::start(PROGRAM, &[fixed.as_slice(), variables].concat());
    let url = format!("http://{}/mcp", program.address());
    (program, url)
}

fn post(url: &str, key: &str, method: &str, params: &Value) -> RequestBuilder {
    let message = json!({ "jsonrpc": "2.0", "id": 7, "method": method, "params": params });
    let request = Client::new().post(url).bearer_auth(key).header("content-type", "application/json");
    request.header("accept", "application/json, text/event-stream").body(message.to_string())
}

fn call(url: &str, key: &str, tool: &str) -> RequestBuilder {
    post(url, key, "tools/call", &json!({ "name": tool, "arguments": {} }))
}

async fn json_of(answer: reqwest::Response) -> Value {
    serde_json::from_str(&answer.text().await.unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_gets_what_the_table_allows_and_nothing_else() {
    let server = Server::default();
    let (_program, url) = gateway(&server.start().await, &[]);

    let answer = call(&url, "sk_read", "read").send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(json_of(answer).await["result"]["got"]["name"], "read");

    let refused = call(&url, "sk_read", "write").send().await.unwrap();
    assert_eq!(refused.status(), 403);
    let challenge = refused.headers()["www-authenticate"].to_str().unwrap();
    assert!(
        challenge.starts_with("Bearer error=\"insufficient_scope\", scope=\"notes:read notes:write\""),
        "{challenge}"
    );

    let resource = |uri| post(&url, "sk_read", "resources/read", &json!({ "uri": uri }));
    assert_eq!(resource("note:///a").send().await.unwrap().status(), 403);
    for (request, code) in [
        (call(&url, "sk_write", "purge"), -32602),
        (resource("file:///etc/passwd"), -32602),
        (post(&url, "sk_write", "prompts/get", &json!({ "name": "sum-up" })), -32602),
        (post(&url, "sk_write", "notes/purge", &json!({})), -32601),
    ] {
        let unknown = json_of(request.send().await.unwrap()).await;
        assert_eq!((&unknown["error"]["code"], &unknown["id"]), (&json!(code), &json!(7)), "{unknown}");
    }
    assert_eq!(Client::new().post(&url).body("{}").send().await.unwrap().status(), 401);
    assert_eq!(server.requests().len(), 1);

    for request in [call(&url, "sk_write", "write"), post(&url, "sk_read", "notes/export", &json!({}))] {
        assert_eq!(request.send().await.unwrap().status(), 200);
    }
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_credential_of_the_caller_passes() {
    for (variables, expected) in
        [(&[][..], None), (&[("UPSTREAM_AUTHORIZATION", "Bearer own")], Some("Bearer own"))]
    {
        let server = Server::default();
        let (_program, url) = gateway(&server.start().await, variables);
        let request = call(&format!("{url}?key=secret"), "sk_read", "read");
        let request = request.header("cookie", "session=secret").header("x-forwarded-user", "root");
        let answer = request.header("mcp-protocol-version", "2025-11-25").send().await.unwrap();
        let passed_back = |name: &str| answer.headers().contains_key(name);
        assert!(
            ["set-cookie", "x-powered-by", "access-control-allow-origin"]
                .iter()
                .all(|name| !passed_back(name))
        );
        assert_eq!(answer.status(), 200);

        let got = server.last();
        assert_eq!(got.header("authorization"), expected);
        assert_eq!(
            (got.header("mcp-protocol-version"), got.header("content-type")),
            (Some("2025-11-25"), Some("application/json"))
        );
        assert_eq!(got.uri, "/rpc");
        assert_eq!(got.headers.get_all("authorization").iter().count(), usize::from(expected.is_some()));
        let everything = format!("{:?} {:?}", got.headers, got.body);
        assert!(
            !everything.contains("secret") && !everything.contains("sk_read") && !everything.contains("root"),
            "{everything}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_goes_both_ways_and_belongs_to_its_caller() {
    let server = Server::default();
    let (_program, url) = gateway(&server.start().await, &[]);
    let opened = call(&url, "sk_read", "read").send().await.unwrap();
    let session = opened.headers()["mcp-session-id"].to_str().unwrap().to_owned();
    assert!(session.starts_with("own-session."), "{session}");

    let within = |key| call(&url, key, "read").header("mcp-session-id", &session);
    assert_eq!(within("sk_read").send().await.unwrap().status(), 200);
    assert_eq!(server.last().header("mcp-session-id"), Some("own-session"));
    assert_eq!(within("sk_write").send().await.unwrap().status(), 404);
    assert_eq!(server.requests().len(), 2);

    let ended = Client::new()
        .delete(&url)
        .bearer_auth("sk_read")
        .header("mcp-session-id", &session)
        .send()
        .await
        .unwrap();
    assert_eq!(ended.status(), 200);
    let got = server.last();
    assert_eq!(
        (got.method.as_str(), got.header("mcp-session-id"), got.body.as_str()),
        ("DELETE", Some("own-session"), "")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn events_come_as_they_are_sent() {
    let server = Server::default();
    let (_program, url) = gateway(&server.start().await, &[]);
    let request = Client::new().get(&url).bearer_auth("sk_read").header("accept", "text/event-stream");
    let mut stream = request.send().await.unwrap();
    assert_eq!(stream.headers()["content-type"], "text/event-stream");
    let mut next =
        async || timeout(Duration::from_secs(30), stream.chunk()).await.expect("an event").unwrap();
    assert_eq!(next().await.as_deref(), Some(b"data: 1\n\n".as_slice()));
    server.go_on.notify_one();
    assert_eq!(next().await.as_deref(), Some(b"data: 2\n\n".as_slice()));
    assert_eq!(next().await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_gone_is_a_bad_gateway() {
    let (_program, url) = gateway(&format!("http://127.0.0.1:{}/rpc", free_port()), &[]);
    let answer = call(&url, "sk_read", "read").send().await.unwrap();
    assert_eq!(
        (answer.status(), &answer.headers()["content-type"]),
        (StatusCode::BAD_GATEWAY, &"application/json".parse().unwrap())
    );
    let error = json_of(answer).await;
    assert_eq!((&error["id"], &error["error"]["code"]), (&json!(7), &json!(-32603)), "{error}");
    let stream = Client::new().get(&url).bearer_auth("sk_read").send().await.unwrap();
    assert_eq!(stream.status(), StatusCode::BAD_GATEWAY);
    assert_eq!(json_of(stream).await.get("id"), None);
    // The gate refuses a request without asking the server.
    assert_eq!(call(&url, "sk_read", "write").send().await.unwrap().status(), 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_between_server_and_gateway_stays_there() {
    let server = Server::default();
    let (_program, url) = gateway(&server.start().await, &[]);
    for (tool, expected) in [("moved", 502), ("locked", 502), ("teapot", 418)] {
        let answer = call(&url, "sk_read", tool).send().await.unwrap();
        assert_eq!(answer.status(), expected, "{tool}");
        assert!(
            !answer.headers().contains_key("www-authenticate") && !answer.headers().contains_key("location")
        );
        assert!(answer.text().await.unwrap().contains(if expected == 418 {
            "a teapot"
        } else {
            "cannot be reached"
        }));
    }
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_tool_needs_no_token() {
    let server = Server::default();
    let (_program, url) = gateway(&server.start().await, &[]);
    let anonymous = |tool| {
        let message =
            json!({ "jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": { "name": tool } });
        Client::new().post(&url).header("content-type", "application/json").body(message.to_string())
    };
    assert_eq!(anonymous("teapot").send().await.unwrap().status(), 418);
    for tool in ["write", "purge"] {
        assert_eq!(anonymous(tool).send().await.unwrap().status(), 401, "{tool}");
    }
    assert_eq!(server.requests().len(), 1);
}
