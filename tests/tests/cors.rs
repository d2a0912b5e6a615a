//! What pages from other origins may send and read with `scopegate::cors::layer()`.

mod gating;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    time::Duration,
};

use axum::{
    Json,
    http::{
        HeaderMap, HeaderName, HeaderValue, Method, StatusCode,
        header::{AUTHORIZATION, LINK},
    },
    response::IntoResponse,
};
use gating::IntoGate;
use rmcp::{ServerHandler, tool, tool_handler};
use scopegate::{
    Gate, Router, authenticated,
    cors::{self, Cors},
    mcp::McpServer,
    requires_scope,
    routing::get,
    scoped_tools,
    testing::TestVerifier,
};
use scopegate_tests::{exchange::send, mcp};
use serde_json::json;
use tokio::net::TcpListener;
use tower::Layer;
use tower_http::cors::{AllowCredentials, AllowHeaders, AllowMethods, AllowOrigin, Any, CorsLayer};

const PAGE: &str = "https://app.example.com";

fn gate(resource: &str) -> Gate {
    TestVerifier::new().token("read", "files:read").gate(resource).unwrap()
}

/// One setting, for scopegate's layer and for tower-http's.
type Setting = (&'static str, fn(Cors) -> Cors, fn(CorsLayer) -> CorsLayer);

macro_rules! settings {
    ($($name:ident: $value:expr),* $(,)?) => {
        [
            ("nothing", (|layer| layer) as fn(Cors) -> Cors, (|layer| layer) as fn(CorsLayer) -> CorsLayer),
            $((stringify!($name = $value), |layer| layer.$name($value), |layer| layer.$name($value))),*
        ]
    };
}

fn page() -> HeaderValue {
    HeaderValue::from_static(PAGE)
}

fn panics<T>(what: impl FnOnce() -> T) -> bool {
    catch_unwind(AssertUnwindSafe(what)).is_err()
}

/// Checks every combination of settings that tower-http accepts.
#[test]
fn every_way_to_narrow_it_starts() {
    let origins: [Setting; 6] = settings![
        allow_origin: Any,
        allow_origin: page(),
        allow_origin: [page(), page()],
        allow_origin: AllowOrigin::predicate(|_, _| true),
        allow_origin: AllowOrigin::mirror_request(),
    ];
    let credentials: [Setting; 4] = settings![
        allow_credentials: true,
        allow_credentials: false,
        allow_credentials: AllowCredentials::predicate(|_, _| true),
    ];
    let methods: [Setting; 4] = settings![
        allow_methods: Any,
        allow_methods: [Method::GET, Method::DELETE],
        allow_methods: AllowMethods::mirror_request(),
    ];
    let headers: [Setting; 4] = settings![
        allow_headers: Any,
        allow_headers: [AUTHORIZATION],
        allow_headers: AllowHeaders::mirror_request(),
    ];
    let others: [Setting; 5] = settings![
        expose_headers: [LINK],
        allow_private_network: true,
        max_age: Duration::from_secs(60),
        vary: [AUTHORIZATION],
    ];
    let (mut taken, mut refused) = (0, 0);
    for origin in &origins {
        for credentials in &credentials {
            for method in &methods {
                for header in &headers {
                    for other in &others {
                        let all = [origin, credentials, method, header, other];
                        let theirs = all.iter().fold(CorsLayer::new(), |layer, setting| (setting.2)(layer));
                        if panics(|| theirs.layer(())) {
                            refused += 1;
                            continue;
                        }
                        let ours = all.iter().fold(cors::layer(), |layer, setting| (setting.1)(layer));
                        let names = all.map(|setting| setting.0);
                        assert!(!panics(|| ours.layer(())), "{names:?}");
                        taken += 1;
                    }
                }
            }
        }
    }
    // tower-http refuses `Any` together with credentials.
    assert!(taken > 1_500 && refused > 0, "{taken} {refused}");
}

#[requires_scope("files:read")]
async fn list() -> impl IntoResponse {
    ([("link", "</files?page=2>; rel=next"), ("access-control-expose-headers", "ETag")], Json(["a"]))
}

fn app(layer: Cors) -> axum::Router {
    Router::new().route("/files", get(list)).protect(gate("https://h.example")).unwrap().layer(layer)
}

const ORIGIN: &str = "origin: https://app.example.com";

const READ: &str = "authorization: Bearer read";

#[tokio::test]
async fn a_page_with_cookies_gets_an_answer_that_browsers_take() {
    let app = app(cors::layer().allow_origin(page()).allow_credentials(true));
    let asked =
        ["access-control-request-method: DELETE", "access-control-request-headers: authorization,x-mine"];
    let preflight = send(&app, "OPTIONS /files", &[&[ORIGIN], &asked[..]].concat()).await;
    assert_eq!(preflight.status, 200);
    for (name, value) in [
        ("access-control-allow-origin", PAGE),
        ("access-control-allow-credentials", "true"),
        ("access-control-allow-methods", "DELETE"),
        ("access-control-allow-headers", "authorization,x-mine"),
    ] {
        assert_eq!(preflight.header(name), value, "{name}");
    }
    let answer = send(&app, "GET /files", &[ORIGIN, READ]).await;
    assert_eq!(answer.header("access-control-allow-origin"), PAGE);
    assert_eq!(answer.header("access-control-allow-credentials"), "true");
}

/// The metadata stays readable for pages of all origins.
#[tokio::test]
async fn a_layer_on_the_routes_covers_all_answers_but_the_metadata() {
    let routes = || Router::new().route("/files", get(list));
    let cors = || cors::layer().allow_origin(page());
    let gate = || gate("https://h.example");
    let inside = routes().layer(cors()).protect(gate()).unwrap();
    let with_fallback =
        routes().fallback(scopegate::public(async || StatusCode::NOT_FOUND)).layer(cors()).protect(gate());
    let outside = routes().protect(gate()).unwrap().layer(cors());
    let asked =
        [ORIGIN, "access-control-request-method: GET", "access-control-request-headers: authorization"];
    for (app, of_metadata) in [(inside, "*"), (with_fallback.unwrap(), "*"), (outside, PAGE)] {
        for (request, headers, status, origin) in [
            ("OPTIONS /files", &asked[..], 200, PAGE),
            ("GET /files", &[ORIGIN][..], 401, PAGE),
            ("GET /files", &[ORIGIN, READ][..], 200, PAGE),
            ("POST /files", &[ORIGIN][..], 405, PAGE),
            ("GET /nothing", &[ORIGIN][..], 404, PAGE),
            ("GET /.well-known/oauth-protected-resource", &[ORIGIN][..], 200, of_metadata),
        ] {
            let answer = send(&app, request, headers).await;
            assert_eq!(answer.status, status, "{request}");
            assert_eq!(answer.header("access-control-allow-origin"), origin, "{request} {of_metadata}");
            let exposes = exposed(&answer.headers).contains(&"www-authenticate".to_owned());
            assert!(exposes || request.starts_with("OPTIONS") || origin == "*", "{request}");
        }
    }
}

/// If an answer allows the origin `*`, browsers hide it when the request had cookies. So the layer does not allow
/// credentials.
#[tokio::test]
async fn credentials_count_for_origins_that_are_named() {
    let answer = send(&app(cors::layer().allow_credentials(true)), "GET /files", &[ORIGIN, READ]).await;
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    assert_eq!(answer.header("access-control-allow-credentials"), "");
}

fn exposed(headers: &HeaderMap) -> Vec<String> {
    let lines = headers.get_all("access-control-expose-headers").iter();
    let names = lines.flat_map(|line| line.to_str().unwrap().split(','));
    names.map(|name| name.trim().to_ascii_lowercase()).collect()
}

#[tokio::test]
async fn what_is_exposed_is_added_to() {
    let layers = [
        cors::layer().expose_headers([LINK]),
        cors::layer().expose_headers([LINK]).expose_headers([HeaderName::from_static("x-mine")]),
    ];
    for layer in layers {
        let app = app(layer);
        let exposed_of = async |headers: &[&str]| exposed(&send(&app, "GET /files", headers).await.headers);
        let answer = exposed_of(&[ORIGIN, READ]).await;
        for name in ["www-authenticate", "retry-after", "mcp-session-id", "link", "etag"] {
            assert!(answer.iter().any(|exposed| exposed == name), "{name} in {answer:?}");
        }
        assert!(exposed_of(&[ORIGIN]).await.contains(&"www-authenticate".to_owned()));
    }
}

/// A page in a browser, as far as CORS goes ([Fetch, section 4.8](https://fetch.spec.whatwg.org/#cors-preflight-fetch)).
struct Page {
    url: String,
    client: reqwest::Client,
}

impl Page {
    /// Sends a request as `fetch` does, and returns the answer with the headers that the page can read.
    async fn fetch(
        &self,
        method: Method,
        headers: &[(&str, &str)],
        body: String,
    ) -> (reqwest::Response, HeaderMap) {
        self.preflight(&method, headers).await;
        let request = self.client.request(method, &self.url).header("origin", PAGE).body(body);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let answer = request.send().await.unwrap();
        let allowed = &answer.headers()["access-control-allow-origin"];
        assert!(allowed == "*" || allowed == PAGE, "{allowed:?}");
        let exposed = exposed(answer.headers());
        let is_readable = |name: &HeaderName| {
            name == "content-type" || exposed.iter().any(|exposed| name == exposed.as_str())
        };
        let readable = answer.headers().iter().filter(|(name, _)| is_readable(name));
        let readable = readable.map(|(name, value)| (name.clone(), value.clone())).collect();
        (answer, readable)
    }

    /// Sends a preflight request. All requests have `Authorization`, so a browser sends one before each.
    async fn preflight(&self, method: &Method, headers: &[(&str, &str)]) {
        let mut names: Vec<_> =
            headers.iter().map(|(name, _)| *name).filter(|name| *name != "accept").collect();
        names.sort_unstable();
        let request = self.client.request(Method::OPTIONS, &self.url).header("origin", PAGE);
        let request = request.header("access-control-request-method", method.as_str());
        let answer = request.header("access-control-request-headers", names.join(",")).send().await.unwrap();
        assert!(answer.status().is_success(), "{method} {names:?}: {}", answer.status());
        let listed = |name: &str| {
            let value = answer.headers().get(name).map_or("", |value| value.to_str().unwrap());
            value.split(',').map(|item| item.trim().to_owned()).collect::<Vec<_>>()
        };
        let origins = listed("access-control-allow-origin");
        assert!(origins == ["*"] || origins == [PAGE], "{origins:?}");
        let methods = listed("access-control-allow-methods");
        assert!(
            methods.iter().any(|allowed| allowed == "*" || allowed == method.as_str()),
            "{method}: {methods:?}"
        );
        let allowed = listed("access-control-allow-headers");
        for name in names {
            let is_allowed = |given: &String| given == name || given == "*" && name != "authorization";
            assert!(allowed.iter().any(is_allowed), "{name}: {allowed:?}");
        }
    }
}

struct Files;

#[scoped_tools]
impl Files {
    /// Lists the files.
    #[authenticated]
    #[tool]
    async fn list_files(&self) -> String {
        "hello.txt".to_owned()
    }
}

#[tool_handler]
impl ServerHandler for Files {}

async fn serve() -> Page {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/mcp", listener.local_addr().unwrap());
    let server = McpServer::new(&gate(&url), || Files).table(&Files::TOOLS).sessions().allow_origin(PAGE);
    let app = server.build().unwrap().layer(cors::layer());
    tokio::spawn(async { axum::serve(listener, app).await });
    Page { url, client: reqwest::Client::new() }
}

/// Reads server-sent events up to one that contains `text`, and returns them.
async fn events_up_to(answer: &mut reqwest::Response, text: &str) -> String {
    let mut read = String::new();
    while !read.contains(text) {
        let chunk = answer.chunk().await.unwrap().unwrap_or_else(|| panic!("the stream ended: {read}"));
        read += std::str::from_utf8(&chunk).unwrap();
    }
    read
}

#[tokio::test]
async fn a_page_holds_a_whole_session_of_mcp() {
    let page = serve().await;
    let common = [
        ("accept", "application/json, text/event-stream"),
        ("authorization", "Bearer read"),
        ("content-type", "application/json"),
    ];
    let (refused, readable) = page.fetch(Method::POST, &common[..1], mcp::INITIALIZE.to_owned()).await;
    assert_eq!(refused.status(), 401);
    assert!(readable["www-authenticate"].to_str().unwrap().contains("resource_metadata="));

    let (mut answer, readable) = page.fetch(Method::POST, &common, mcp::INITIALIZE.to_owned()).await;
    assert_eq!(answer.status(), 200);
    let session = readable["mcp-session-id"].to_str().unwrap().to_owned();
    events_up_to(&mut answer, "\"protocolVersion\"").await;

    let with = |more: &[(&'static str, &str)]| -> Vec<(String, String)> {
        let of_session = [("mcp-session-id", &*session), ("mcp-protocol-version", "2025-11-25")];
        let all = common.iter().chain(&of_session).chain(more);
        all.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    };
    let fetch = async |method: Method, more: &[(&'static str, &str)], body: String| {
        let headers = with(more);
        let headers: Vec<_> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        page.fetch(method, &headers, body).await.0
    };
    let initialized = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }).to_string();
    assert_eq!(fetch(Method::POST, &[], initialized).await.status(), 202);

    let call = || mcp::request("tools/call", &json!({ "name": "list_files", "arguments": {} }));
    let mut answer = fetch(Method::POST, &[], call()).await;
    assert_eq!(answer.status(), 200);
    let events = events_up_to(&mut answer, "hello.txt").await;
    let last = events
        .lines()
        .rev()
        .find_map(|line| line.strip_prefix("id: "))
        .expect("events have an `id`")
        .to_owned();

    let stream = fetch(Method::GET, &[], String::new()).await;
    assert_eq!(
        (stream.status().as_u16(), stream.headers()["content-type"].to_str().unwrap()),
        (200, "text/event-stream")
    );
    let resumed = fetch(Method::GET, &[("last-event-id", &last)], String::new()).await;
    assert_eq!(resumed.status(), 200);

    assert!(fetch(Method::DELETE, &[], String::new()).await.status().is_success());
    assert_eq!(fetch(Method::POST, &[], call()).await.status(), 404, "the session is over");
}
