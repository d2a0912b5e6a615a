//! The log lines of an introspection. The test has its own file, because `tracing` caches for the whole process which events are
//! wanted, and other tests would set no subscriber.

use std::{
    io,
    sync::{Arc, Mutex},
};

use scopegate::{Gate, Introspection, Issuer, Resource, Router, requires_scope, routing::get};
use scopegate_tests::{
    exchange::send,
    introspecting::{Introspecting, Reply},
};

#[requires_scope("files:read")]
async fn list() {}

async fn status_of(server: &Introspecting) -> u16 {
    let issuer = Issuer::new(server.id()).introspection(Introspection::new("files-api", "hidden"));
    let gate = Gate::issuers(Resource::new("https://files.example.com").expect("a resource"), [issuer]);
    let app = Router::new().route("/", get(list)).protect(gate).expect("a gate");
    send(&app, "GET /", &["authorization: Bearer the-token"]).await.status.as_u16()
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no panic").extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn the_log_says_why_and_never_the_token() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().with_writer(move || writer.clone()).with_ansi(false);
    let guard = tracing::subscriber::set_default(subscriber.with_max_level(tracing::Level::TRACE).finish());
    for (status, answer) in [
        (401, "the-token\nforged"),
        (500, "the-token"),
        (200, r#"{"active":"the-token"}"#),
        (200, r#"{"active":false}"#),
        (200, r#"{"active":true}"#),
    ] {
        let server = Introspecting::start().await;
        server.reply(Reply::Content(status, "application/json", answer.to_owned()));
        assert_ne!(status_of(&server).await, 200);
    }
    drop(guard);
    let text = String::from_utf8(log.0.lock().expect("no panic").clone()).expect("text");
    for expected in [
        "WARN scopegate: cannot learn from an authorization server whether a token is active",
        "the status is 401 Unauthorized: the server refuses how this program asks, or its credentials",
        "the status is 500",
        "`active` is neither `true` nor `false`",
        "its authorization server answered that it is not active",
        "it has no `aud`",
    ] {
        assert!(text.contains(expected), "{expected} in {text}");
    }
    assert!(!text.contains("the-token") && !text.contains("hidden") && !text.contains("aGlkZGVu"), "{text}");
}
