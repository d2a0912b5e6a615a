//! An authorization server on a loopback socket, controlled by the test, with newly made keys.
#![allow(clippy::missing_panics_doc, reason = "what fails here should fail the test")]

use std::{
    convert::Infallible,
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    time::{SystemTime, UNIX_EPOCH},
};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::{StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use http_body::Frame;
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::Notify, task::JoinHandle};

pub use crate::key::{Key, encode};

/// An authorization server with metadata at all its well-known addresses and keys at `/keys`.
#[derive(Debug)]
pub struct Issuer {
    id: String,
    script: Arc<Script>,
    server: JoinHandle<()>,
}

/// The server's answer to one kind of request.
#[derive(Clone, Debug, Default)]
pub enum Answer {
    /// The right document, with the changes that the test made.
    #[default]
    Document,
    /// This status and text.
    Text(u16, String),
    /// A redirect to this URL.
    Redirect(String),
    /// The right document, after [`Issuer::release`].
    Held,
    /// The right document, followed by this many MiB of spaces.
    Padded(usize),
}

#[derive(Debug, Default)]
struct Script {
    metadata: Mutex<(Answer, Value)>,
    keys: Mutex<(Answer, Vec<Value>)>,
    /// The only well-known address to serve, if given.
    only_at: Mutex<Option<String>>,
    metadata_requests: AtomicUsize,
    key_requests: AtomicUsize,
    /// Each request received: line, headers and body.
    heard: Mutex<Vec<String>>,
    released: Notify,
    padding_sent: Arc<AtomicUsize>,
}

impl Issuer {
    /// Starts a server that publishes `keys`.
    pub async fn publishing(keys: &[&Key]) -> Self {
        Self::under_path("", keys).await
    }

    /// Starts a server whose identifier has a path, such as `/tenant`.
    pub async fn under_path(path: &str, keys: &[&Key]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a loopback port is free");
        let origin = format!("http://{}", listener.local_addr().expect("the socket is bound"));
        let script = Arc::new(Script::default());
        let id = format!("{origin}{path}");
        lock(&script.metadata).1 = json!({ "issuer": id, "jwks_uri": format!("{origin}/keys") });
        let app = Router::new().fallback(answer).with_state(Arc::clone(&script));
        let server = tokio::spawn(async move { axum::serve(listener, app).await.expect("it serves") });
        let issuer = Self { id, script, server };
        issuer.publish(keys);
        issuer
    }

    /// Returns the identifier, which is also the URL.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Returns the URL of the key set.
    pub fn jwks_uri(&self) -> String {
        lock(&self.script.metadata).1["jwks_uri"].as_str().expect("the metadata has it").to_owned()
    }

    /// Publishes only these keys from now on.
    pub fn publish(&self, keys: &[&Key]) {
        self.publish_jwks(keys.iter().map(|key| key.jwk()).collect());
    }

    /// Publishes only these JSON values as keys from now on.
    pub fn publish_jwks(&self, jwks: Vec<Value>) {
        lock(&self.script.keys).1 = jwks;
    }

    /// Sets a member of the metadata.
    pub fn set_metadata(&self, name: &str, value: Value) {
        lock(&self.script.metadata).1[name] = value;
    }

    /// Sets the answer to requests for metadata.
    pub fn answer_metadata(&self, answer: Answer) {
        lock(&self.script.metadata).0 = answer;
    }

    /// Sets the answer to requests for keys.
    pub fn answer_keys(&self, answer: Answer) {
        lock(&self.script.keys).0 = answer;
    }

    /// Makes every request fail from now on, or stops doing so.
    pub fn set_down(&self, down: bool) {
        let answer = || if down { Answer::Text(503, "down".to_owned()) } else { Answer::Document };
        self.answer_metadata(answer());
        self.answer_keys(answer());
    }

    /// Stops the server. Its port then refuses connections.
    pub async fn stop(mut self) {
        self.server.abort();
        (&mut self.server).await.expect_err("it was aborted");
    }

    /// Sends one held answer, now or when the next request for it arrives.
    pub fn release(&self) {
        self.script.released.notify_one();
    }

    /// Returns how many MiB of padding the client has read.
    pub fn padding_sent(&self) -> usize {
        self.script.padding_sent.load(Ordering::SeqCst)
    }

    /// Serves metadata at this path only.
    pub fn serve_metadata_only_at(&self, path: &str) {
        *lock(&self.script.only_at) = Some(path.to_owned());
    }

    /// Returns how many requests for metadata there were.
    pub fn metadata_requests(&self) -> usize {
        self.script.metadata_requests.load(Ordering::SeqCst)
    }

    /// Returns how many requests for keys there were.
    pub fn key_requests(&self) -> usize {
        self.script.key_requests.load(Ordering::SeqCst)
    }

    /// Returns the line, the headers and the body of each request received.
    pub fn heard(&self) -> Vec<String> {
        lock(&self.script.heard).clone()
    }

    /// Returns valid claims of a token for `audience`, which expires in five minutes.
    pub fn claims(&self, audience: &str, scope: &str) -> Value {
        json!({ "iss": self.id, "aud": audience, "exp": now() + 300, "sub": "alice", "client_id": "app", "scope": scope })
    }
}

impl Drop for Issuer {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Returns the time in seconds since 1970, as in tokens.
pub fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock is right");
    i64::try_from(since.as_secs()).expect("the clock is right")
}

async fn answer(State(script): State<Arc<Script>>, request: Request) -> Response {
    let (Parts { method, uri, headers, .. }, body) = request.into_parts();
    let body = to_bytes(body, 1 << 20).await.unwrap_or_default();
    let heard = format!("{method} {uri} {headers:?} {}", String::from_utf8_lossy(&body));
    lock(&script.heard).push(heard);
    let (answer, document) = if uri.path() == "/keys" {
        script.key_requests.fetch_add(1, Ordering::SeqCst);
        let (answer, keys) = lock(&script.keys).clone();
        (answer, json!({ "keys": keys }))
    } else if uri.path().contains("/.well-known/") {
        script.metadata_requests.fetch_add(1, Ordering::SeqCst);
        if lock(&script.only_at).as_ref().is_some_and(|only| only != uri.path()) {
            return StatusCode::NOT_FOUND.into_response();
        }
        lock(&script.metadata).clone()
    } else {
        return StatusCode::NOT_FOUND.into_response();
    };
    match answer {
        Answer::Document => axum::Json(document).into_response(),
        Answer::Text(status, text) => (StatusCode::from_u16(status).expect("a status"), text).into_response(),
        Answer::Redirect(to) => (StatusCode::FOUND, [(header::LOCATION, to)]).into_response(),
        Answer::Held => {
            script.released.notified().await;
            axum::Json(document).into_response()
        }
        Answer::Padded(mebibytes) => {
            let sent = Arc::clone(&script.padding_sent);
            Body::new(Padded { document: Some(document.to_string()), mebibytes, sent }).into_response()
        }
    }
}

/// A body that is made while it is sent, so that the test can see how much of it the client read.
struct Padded {
    document: Option<String>,
    mebibytes: usize,
    sent: Arc<AtomicUsize>,
}

impl http_body::Body for Padded {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        static MEBIBYTE: [u8; 1024 * 1024] = [b' '; 1024 * 1024];
        if let Some(document) = self.document.take() {
            return Poll::Ready(Some(Ok(Frame::data(document.into()))));
        }
        let padding = (self.sent.load(Ordering::SeqCst) < self.mebibytes).then(|| {
            self.sent.fetch_add(1, Ordering::SeqCst);
            Ok(Frame::data(Bytes::from_static(&MEBIBYTE)))
        });
        Poll::Ready(padding)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
