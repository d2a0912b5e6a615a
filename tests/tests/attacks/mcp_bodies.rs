//! Bodies and connections that an MCP server could read differently from the gate before it.

use std::{
    convert::Infallible,
    sync::{Arc, Mutex},
    task::{Context, Poll},
    time::Duration,
};

use allocation_counter::measure;
use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode},
    response::{IntoResponse, Response},
    routing::any,
};
use http_body_util::BodyExt;
use hyper_util::rt::TokioIo;
use scopegate::{
    Requirement, Scope,
    mcp::{McpLayer, McpTable, Operation},
    mcp_table, requirement,
    testing::TestVerifier,
};
use scopegate_tests::{
    counter::Counter,
    endless::endless,
    exchange::{Answer, send_body},
    mcp::request,
};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    runtime,
    time::{Instant, timeout},
};

use crate::gating::IntoGate;

const TABLE: McpTable = mcp_table![
    Operation::tool("list_files", Requirement::AUTHENTICATED),
    Operation::tool("purge_files", requirement!("files:admin")),
    Operation::prompt("summarize", Requirement::AUTHENTICATED),
];

fn layer() -> McpLayer {
    let tokens = TestVerifier::new().token("read", "files:read").token("all", "files:read files:admin");
    let gate = tokens.gate("https://example.com/mcp").unwrap().floor([Scope::from_static("files:read")]);
    gate.mcp_layer(TABLE).unwrap()
}

fn call(tool: &str) -> String {
    request("tools/call", &json!({ "name": tool }))
}

/// The headers and the body of a request.
type Seen = (HeaderMap, Vec<u8>);

/// A service that records the requests that reach it, and accepts every upgrade.
#[derive(Clone, Default)]
struct Service {
    seen: Arc<Mutex<Vec<Seen>>>,
    trailers: Counter,
    tunnels: Counter,
}

impl Service {
    fn behind(&self, layer: McpLayer) -> Router {
        self.open().layer(layer)
    }

    fn open(&self) -> Router {
        Router::new().fallback(any(serve)).with_state(self.clone())
    }

    /// Returns the headers and the body of the only request.
    fn only(&self) -> Seen {
        let mut seen = self.seen.lock().unwrap();
        assert_eq!(seen.len(), 1);
        seen.remove(0)
    }

    fn calls(&self) -> usize {
        self.seen.lock().unwrap().len()
    }
}

async fn serve(State(service): State<Service>, mut request: Request) -> Response {
    let protocol = request.headers().get("upgrade").cloned();
    let upgrade = protocol.clone().map(|_| hyper::upgrade::on(&mut request));
    let (parts, body) = request.into_parts();
    let body = body.collect().await.unwrap();
    if body.trailers().is_some() {
        service.trailers.count();
    }
    service.seen.lock().unwrap().push((parts.headers, body.to_bytes().to_vec()));
    let (Some(upgrade), Some(protocol)) = (upgrade, protocol) else { return StatusCode::OK.into_response() };
    tokio::spawn(async move {
        let Ok(tunnel) = upgrade.await else { return };
        service.tunnels.count();
        let _ = TokioIo::new(tunnel).write_all(b"through").await;
    });
    let headers = [("connection", HeaderValue::from_static("upgrade")), ("upgrade", protocol)];
    (StatusCode::SWITCHING_PROTOCOLS, headers).into_response()
}

async fn post(app: &Router, headers: &[&str], body: impl Into<Body>) -> Answer {
    let headers = [&["authorization: Bearer read"][..], headers].concat();
    send_body(app, "POST /mcp", &headers, body.into()).await
}

const JSON: &str = "content-type: application/json";

/// Content types that change how aiohttp, Django REST framework or Express read a body, and similar ones.
const OTHER_TYPES: [&str; 30] = [
    "application/json; charset*=us-ascii''utf-7",
    "application/json; charset*0=utf-7",
    "application/json; charset*0*=us-ascii''utf-7",
    "application/json; (c)charset=utf-7",
    "application/json; charset(c)=utf-7",
    "application/json; charset *=us-ascii''utf-7",
    "application/json; charset =utf-7",
    "application/json; charset= utf-8",
    "application/json; charset=utf-7",
    "application/json; charset=utf-16",
    "application/json; charset=utf8",
    "application/json; charset=\"utf-8",
    "application/json; charset=utf-8\"",
    "application/json; charset=\"utf-7\"; charset=utf-8",
    "application/json; charset=utf-8; charset=utf-7",
    "application/json; charset=utf-8; charset*=us-ascii''utf-7",
    "application/json; charset=utf-8; a=b",
    "application/json; a=b; charset=utf-8",
    "application/json; a=b",
    "application/json; boundary=x",
    "application/json;",
    "application/json, application/json",
    "application/json, text/plain; charset=utf-7",
    "application/json (c)",
    "application/vnd.api+json",
    "application/json-rpc",
    "text/json",
    "text/plain",
    "multipart/form-data; boundary=x",
    "",
];

#[tokio::test]
async fn a_content_type_that_could_change_the_text_is_refused() {
    let service = Service::default();
    let app = service.behind(layer());
    for kind in OTHER_TYPES {
        let answer = post(&app, &[&format!("content-type: {kind}")], call("list_files")).await;
        assert_eq!(answer.status, 415, "{kind}");
        assert_eq!(answer.json()["error"]["code"], -32600, "{kind}");
    }
    for headers in [
        &[][..],
        &[JSON, JSON],
        &[JSON, "content-type: application/json; charset=utf-7"],
        &[JSON, "content-encoding: gzip"],
        &[JSON, "content-encoding: identity, identity"],
        &[JSON, "content-encoding: identity", "content-encoding: identity"],
        &[JSON, "content-encoding: "],
        &[JSON, "transfer-encoding: gzip"],
        &[JSON, "transfer-encoding: gzip, chunked"],
        &[JSON, "transfer-encoding: chunked, chunked"],
        &[JSON, "transfer-encoding: chunked", "transfer-encoding: chunked"],
        &[JSON, "transfer-encoding: identity"],
        // A server that turns headers into CGI variables confuses these names with the names above.
        &[JSON, "content_type: application/json; charset=utf-7"],
        &[JSON, "content_encoding: gzip"],
        &[JSON, "transfer_encoding: gzip"],
        &[JSON, "content-transfer-encoding: base64"],
        &[JSON, "content-range: bytes 0-1/2"],
    ] {
        assert_eq!(post(&app, headers, call("list_files")).await.status, 415, "{headers:?}");
    }
    assert_eq!(service.calls(), 0);
}

#[tokio::test]
async fn the_gate_writes_what_describes_a_body() {
    let body = call("list_files");
    let length = format!("content-length: {}", body.len());
    for headers in [
        &["content-type: application/json"][..],
        &["content-type: Application/JSON ;\tCharset=\"UTF-8\"", "content-encoding: Identity", &length],
        &["content-type: application/json;charset=utf-8", "transfer-encoding: Chunked", "content-length: 1"],
        &["content-type: application/json", "content-length: 3", "content-length: 4"],
        &["content-type: application/json", "content-length: +00093"],
    ] {
        let service = Service::default();
        assert_eq!(post(&service.behind(layer()), headers, body.clone()).await.status, 200, "{headers:?}");
        let (seen, read) = service.only();
        let all = |name: &str| seen.get_all(name).iter().cloned().collect::<Vec<_>>();
        assert_eq!(all("content-type"), ["application/json"], "{headers:?}");
        assert_eq!(all("content-length"), [body.len().to_string()], "{headers:?}");
        assert_eq!((all("content-encoding").len(), all("transfer-encoding").len()), (0, 0), "{headers:?}");
        assert_eq!(read, body.as_bytes());
    }
    let service = Service::default();
    let headers = ["authorization: Bearer read", "content-type: x", "content-encoding: gzip", &length];
    let app = service.behind(layer());
    assert_eq!(send_body(&app, "GET /mcp", &headers, body.into()).await.status, 200);
    let (seen, read) = service.only();
    assert!(seen.keys().all(|name| name == "authorization") && read.is_empty(), "{seen:?}");
}

/// Serves an application until the test ends, and returns its address.
async fn listen(app: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async { axum::serve(listener, app).await });
    address
}

/// Sends bytes, and returns the answer up to a pause or the end of the connection.
async fn talk(address: &str, bytes: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    while let Ok(Ok(1..)) = timeout(Duration::from_millis(200), stream.read_buf(&mut answer)).await {}
    String::from_utf8_lossy(&answer).into_owned()
}

fn raw(line: &str, headers: &str, body: &str) -> String {
    format!("{line}\r\nhost: x\r\nauthorization: Bearer read\r\n{headers}\r\n{body}")
}

fn of_json(headers: &str) -> String {
    let body = call("list_files");
    let length = body.len();
    raw(
        "POST /mcp HTTP/1.1",
        &format!("content-type: application/json\r\ncontent-length: {length}\r\n{headers}"),
        &body,
    )
}

const UPGRADES: [&str; 3] = [
    "connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
    "connection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n",
    "connection: keep-alive\r\nconnection: upgrade\r\nupgrade: anything\r\n",
];

#[tokio::test]
async fn an_upgrade_opens_no_tunnel() {
    let (open, service) = (Service::default(), Service::default());
    let (without, with) = (listen(open.open()).await, listen(service.behind(layer())).await);
    for (at, headers) in UPGRADES.into_iter().enumerate() {
        for message in [of_json(headers), raw("GET /mcp HTTP/1.1", headers, "")] {
            let answer = talk(&without, &message).await;
            assert!(answer.starts_with("HTTP/1.1 101 ") && answer.ends_with("through"), "{answer}");
            let answer = talk(&with, &message).await;
            assert!(answer.starts_with("HTTP/1.1 200 ") && !answer.contains("upgrade"), "{answer}");
        }
        assert_eq!((open.tunnels.get(), service.tunnels.get()), (2 * (at + 1), 0));
    }
    for (headers, _) in service.seen.lock().unwrap().iter() {
        for gone in ["connection", "upgrade", "http2-settings"] {
            assert!(!headers.contains_key(gone), "{headers:?}");
        }
    }
}

#[tokio::test]
async fn nothing_passes_beside_the_message() {
    let service = Service::default();
    let address = listen(service.behind(layer())).await;
    let json = "content-type: application/json\r\n";
    let body = call("list_files");
    let chunked = format!("{:x}\r\n{body}\r\n0\r\nx-purge: yes\r\n\r\n", body.len());
    let chunks = format!("{json}transfer-encoding: chunked\r\ntrailer: x-purge\r\nte: trailers\r\n");
    for (message, status) in [
        (raw("CONNECT example.com:443 HTTP/1.1", "", ""), 405),
        (raw("PUT /mcp HTTP/1.1", json, ""), 405),
        (raw("PATCH /mcp HTTP/1.1", json, ""), 405),
        (raw("QUERY /mcp HTTP/1.1", json, ""), 405),
        (raw("post /mcp HTTP/1.1", json, ""), 405),
        (raw("TRACE /mcp HTTP/1.1", "", ""), 405),
        (of_json("expect: something\r\n"), 417),
        (of_json("connection: close, x-forwarded-for\r\n"), 400),
        (of_json("connection: authorization\r\n"), 400),
        (of_json("connection: content-type\r\n"), 400),
        (raw("POST /mcp HTTP/1.1", &format!("{json}transfer-encoding: gzip, chunked\r\n"), "0\r\n\r\n"), 415),
    ] {
        let answer = talk(&address, &message).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{message}\n{answer}");
        assert_eq!(answer.contains("allow: POST, GET, HEAD, DELETE, OPTIONS"), status == 405, "{answer}");
        assert_eq!(service.calls(), 0, "{message}");
    }
    for message in [
        raw("POST /mcp HTTP/1.1", &chunks, &chunked),
        of_json("expect: 100-continue\r\nkeep-alive: timeout=5\r\nproxy-connection: keep-alive\r\n"),
        of_json("connection: Keep-Alive, TE\r\nte: trailers\r\n"),
        of_json("connection: keep-alive\r\n").replace("HTTP/1.1", "HTTP/1.0"),
    ] {
        let answer = talk(&address, &message).await;
        assert!(answer.contains(" 200 OK\r\n"), "{message}\n{answer}");
        let (headers, read) = service.only();
        for gone in ["connection", "expect", "te", "trailer", "keep-alive", "proxy-connection", "x-purge"] {
            assert!(!headers.contains_key(gone), "{gone} {headers:?}");
        }
        assert_eq!((read, service.trailers.get()), (body.clone().into_bytes(), 0));
    }
}

#[tokio::test(start_paused = true)]
async fn a_slow_body_is_given_up() {
    let service = Service::default();
    for (layer, seconds) in [(layer(), 30), (layer().body_timeout(Duration::from_secs(7)), 7)] {
        let app = service.behind(layer);
        for pieces in [0, 1, 2] {
            let start = Instant::now();
            let answer = post(&app, &[JSON], endless(pieces, "[")).await;
            assert_eq!((answer.status.as_u16(), start.elapsed().as_secs()), (408, seconds));
            assert_eq!(answer.json()["error"]["message"], "The body took too long");
        }
    }
    assert_eq!(service.calls(), 0);
}

#[tokio::test]
async fn without_a_clock_a_body_that_is_not_there_is_not_waited_for() {
    // Polls outside of the runtime, as another executor would.
    let app = Service::default().behind(layer());
    let status = std::thread::spawn(move || {
        let mut answer = Box::pin(post_owned(app));
        match answer.as_mut().poll(&mut Context::from_waker(std::task::Waker::noop())) {
            Poll::Ready(status) => status,
            Poll::Pending => panic!("the request waits without end"),
        }
    });
    assert_eq!(status.join().unwrap(), 500);
}

async fn post_owned(app: Router) -> StatusCode {
    post(&app, &[JSON], endless(1, "[")).await.status
}

static PIECE: [u8; 40 * 1024] = [b' '; 40 * 1024];

#[test]
fn bodies_hold_no_more_than_their_bound_together() {
    const BOUND: usize = 1024 * 1024;
    let runtime = runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let service = Service::default();
    let app = service.behind(layer().max_body_memory(BOUND));
    let piece = std::str::from_utf8(&PIECE).unwrap();
    let length = format!("content-length: {BOUND}");
    let mut statuses = Vec::new();
    let used = measure(|| {
        runtime.block_on(async {
            let slow = async |at: usize| {
                let headers = if at.is_multiple_of(2) { &[JSON, &*length][..] } else { &[JSON] };
                post(&app, headers, endless(1 + at % 20, piece)).await.status.as_u16()
            };
            let mut slow: Vec<_> = (0..50).map(|at| Box::pin(slow(at))).collect();
            let waker = std::task::Waker::noop();
            for request in &mut slow {
                if let Poll::Ready(status) = request.as_mut().poll(&mut Context::from_waker(waker)) {
                    statuses.push(status);
                }
            }
            // A call whose body arrives in one piece is still answered.
            assert_eq!(post(&app, &[JSON], call("list_files")).await.status, 200);
            let large = post(&app, &[JSON], endless(26, piece)).await;
            assert_eq!((large.status.as_u16(), large.header("retry-after")), (503, "1"));
        });
    });
    assert!(statuses.len() > 20 && statuses.iter().all(|status| *status == 503), "{statuses:?}");
    let bytes = usize::try_from(used.bytes_max).unwrap();
    assert!(bytes < 2 * BOUND, "{bytes} bytes are held at once");
    // The memory is released, and one body may use all of it.
    runtime.block_on(async {
        let fits = call("list_files") + &" ".repeat(BOUND / 2);
        assert_eq!(post(&app, &[JSON], in_two(&fits)).await.status, 200);
        let longer = call("list_files") + &" ".repeat(BOUND);
        assert_eq!(post(&app, &[JSON], longer).await.status, 413);
    });
}

/// A body in two pieces.
fn in_two(text: &str) -> Body {
    let bytes = Bytes::copy_from_slice(text.as_bytes());
    let pieces = [bytes.slice(..10), bytes.slice(10..)].map(Ok::<_, Infallible>);
    Body::from_stream(futures_util::stream::iter(pieces))
}

#[tokio::test]
async fn headers_that_contradict_the_body_are_refused_in_each_version() {
    let service = Service::default();
    let app = service.behind(layer());
    let versions = ["", "2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28", "2030-01-01"];
    let complete = request(
        "completion/complete",
        &json!({ "ref": { "type": "ref/prompt", "name": "summarize" }, "argument": { "name": "a", "value": "" } }),
    );
    let (list, method) = (call("list_files"), "mcp-method: tools/call");
    let (completes, answer) = ("mcp-method: completion/complete", r#"{"jsonrpc":"2.0","id":1,"result":{}}"#);
    for version in versions {
        let named = format!("mcp-protocol-version: {version}");
        let version = if version.is_empty() { &[][..] } else { &[&*named] };
        let send = async |headers: &[&str], body: &str| {
            let headers = [&[JSON][..], version, headers].concat();
            let answer = post(&app, &headers, body.to_owned()).await;
            (answer.status.as_u16(), answer.body)
        };
        for (headers, body) in [
            (&["mcp-method: ping", "mcp-name: list_files"][..], &*list),
            (&[method, "mcp-name: purge_files"], &list),
            (&[method, "mcp-name: =?base64?cHVyZ2VfZmlsZXM=?="], &list),
            (&[method, "mcp-name: =?base64?!?="], &list),
            (&[method, method, "mcp-name: list_files"], &list),
            (&[method, "mcp-name: list_files", "mcp-name: list_files"], &list),
            (&[completes, "mcp-name: other"], &complete),
            (&[method], answer),
        ] {
            let (status, text) = send(headers, body).await;
            assert!(status == 400 && text.contains("-32020"), "{version:?} {headers:?} {status} {text}");
        }
        assert_eq!(service.calls(), 0, "{version:?}");
        assert_eq!(send(&[method, "mcp-name: list_files"], &list).await.0, 200, "{version:?}");
        assert_eq!(send(&[completes, "mcp-name: summarize"], &complete).await.0, 200, "{version:?}");
        service.seen.lock().unwrap().clear();
    }
    let batch = format!("[{},{}]", call("list_files"), request("ping", &json!({})));
    assert_eq!(post(&app, &[JSON, method], batch.clone()).await.status, 400);
    assert_eq!(post(&app, &[JSON], batch).await.status, 200);
}
