//! A token in `Sec-WebSocket-Protocol` is accepted like any other, and no handler sees it.

mod gating;

use std::future::pending;

use axum::http::HeaderMap;
use futures_util::FutureExt;
use gating::IntoGate;
use scopegate::{
    Access, CredentialSource, Gate, Presented, Rejection, Router, Token, TokenVerifier, VerifyError,
    authenticated, public, requires_scope, routing::get, testing::TestVerifier,
};
use scopegate_tests::{counter::Counter, exchange::send};

fn offered(headers: &HeaderMap) -> String {
    let lines = headers.get_all("sec-websocket-protocol").iter();
    lines.map(|line| line.to_str().unwrap().to_owned()).collect::<Vec<_>>().join(" | ")
}

#[requires_scope("files:read")]
async fn guarded(headers: HeaderMap) -> String {
    offered(&headers)
}

#[public]
async fn open(headers: HeaderMap) -> String {
    offered(&headers)
}

#[public]
async fn who(access: Option<Access>, headers: HeaderMap) -> String {
    let name = access.and_then(|access| access.subject().map(str::to_owned)).unwrap_or_default();
    format!("{name} {}", offered(&headers))
}

#[authenticated(also("files:write"), related("files:share"))]
async fn related(access: Access) -> Result<(), Rejection> {
    const SHARE: &str = "files:share"; // A literal would not compile.
    access.require(SHARE)
}

fn app() -> axum::Router {
    app_of(TestVerifier::new().token("reader", "files:read").gate("https://h.example").unwrap())
}

fn app_of(gate: Gate) -> axum::Router {
    let sources = [CredentialSource::authorization(), CredentialSource::websocket_protocol("bearer.")];
    Router::new()
        .route("/guarded", get(guarded))
        .route("/open", get(open))
        .route("/who", get(who))
        .route("/related", get(related))
        .protect(gate.credentials(sources))
        .unwrap()
}

#[tokio::test]
async fn no_handler_sees_the_token() {
    let app = app();
    let with = "sec-websocket-protocol: files.v1, bearer.reader";
    for (path, body) in [("/guarded", "files.v1"), ("/open", "files.v1"), ("/who", "reader files.v1")] {
        let answer = send(&app, &format!("GET {path}"), &[with]).await;
        assert_eq!((answer.status.as_u16(), answer.body.as_str()), (200, body), "{path}");
    }
}

#[tokio::test]
async fn it_is_judged_like_any_other() {
    let app = app();
    let protocol = |value: &str| format!("sec-websocket-protocol: {value}");
    for (headers, status) in [
        (vec![], 401),
        (vec![protocol("files.v1")], 401),
        (vec![protocol("files.v1, bearer.stranger")], 401),
        (vec![protocol("files.v1, bearer.")], 401),
        (vec![protocol("files.v1, bearer.reader, bearer.reader")], 400),
        (vec![protocol("bearer.reader"), "authorization: Bearer reader".to_owned()], 400),
    ] {
        let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
        assert_eq!(send(&app, "GET /guarded", &headers).await.status, status, "{headers:?}");
        // A public handler runs even if the token is wrong, because it does not ask for the token.
        assert_eq!(send(&app, "GET /open", &headers).await.status, 200, "{headers:?}");
    }
}

/// A related scope tells clients what they may request. Without `also`, the handler must not demand it.
#[tokio::test]
async fn a_related_scope_is_no_declared_demand() {
    let answer = send(&app(), "GET /related", &["authorization: Bearer reader"]).await;
    assert_eq!(answer.status, 500);
}

/// Never answers.
struct Silent(Counter);

impl TokenVerifier for Silent {
    async fn verify(&self, presented: &Presented<'_>) -> Result<Token, VerifyError> {
        self.0.count();
        assert_eq!(presented.headers()["sec-websocket-protocol"], "files.v1, bearer.reader");
        pending().await
    }
}

#[tokio::test]
async fn a_public_handler_waits_for_a_verifier_only_if_it_asks() {
    let with = "sec-websocket-protocol: files.v1, bearer.reader";
    let asked = Counter::default();
    let app =
        app_of(TestVerifier::new().gate("https://h.example").unwrap().verified_by(Silent(asked.clone())));
    let answer = send(&app, "GET /open", &[with]).now_or_never().expect("the handler did not wait");
    assert_eq!((answer.status.as_u16(), answer.body.as_str(), asked.get()), (200, "files.v1", 0));
    assert!(send(&app, "GET /who", &[with]).now_or_never().is_none());
    assert_eq!(asked.get(), 1);
}
