//! An authorization server on a loopback socket that introspects tokens. A test sets its answers and reads the requests that it
//! received.
#![allow(clippy::missing_panics_doc, reason = "what fails here should fail the test")]

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::Notify, task::JoinHandle};

use crate::issuer::Key;

/// An authorization server with metadata at all well-known addresses, keys at `/keys`, and introspection everywhere else.
#[derive(Debug)]
pub struct Introspecting {
    id: String,
    script: Arc<Script>,
    server: JoinHandle<()>,
}

/// The server's answer to a question about a token.
#[derive(Clone, Debug)]
pub enum Reply {
    /// A status, a content type, and the content.
    Content(u16, &'static str, String),
    /// A redirect to this URL.
    Redirect(String),
    /// A status, with a `Retry-After` of this many seconds.
    Later(u16, u64),
    /// This JSON, after [`Introspecting::release`].
    Held(Value),
    /// This JSON, followed by this many MiB of spaces.
    Padded(Value, usize),
    /// The beginning of a longer answer, after which the connection closes.
    Cut(&'static str),
}

/// A question about a token, as received.
#[derive(Clone, Debug)]
pub struct Question {
    /// The method.
    pub method: Method,
    /// Path and query.
    pub uri: Uri,
    /// All headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: String,
}

#[derive(Debug)]
struct Script {
    metadata: Mutex<(u16, Value)>,
    keys: Mutex<Vec<Value>>,
    reply: Mutex<Reply>,
    questions: Mutex<Vec<Question>>,
    metadata_requests: Mutex<usize>,
    released: Notify,
}

impl Introspecting {
    /// Starts a server that publishes `keys` and calls every token inactive.
    pub async fn publishing(keys: &[&Key]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a loopback port is free");
        let id = format!("http://{}", listener.local_addr().expect("the socket is bound"));
        let metadata = json!({ "issuer": id, "jwks_uri": format!("{id}/keys"), "introspection_endpoint": format!("{id}/introspect") });
        let script = Arc::new(Script {
            metadata: Mutex::new((200, metadata)),
            keys: Mutex::new(keys.iter().map(|key| key.jwk()).collect()),
            reply: Mutex::new(Reply::json(&json!({ "active": false }))),
            questions: Mutex::default(),
            metadata_requests: Mutex::default(),
            released: Notify::new(),
        });
        let app = Router::new().fallback(answer).with_state(Arc::clone(&script));
        let server = tokio::spawn(async move { axum::serve(listener, app).await.expect("it serves") });
        Self { id, script, server }
    }

    /// Starts a server without keys.
    pub async fn start() -> Self {
        Self::publishing(&[]).await
    }

    /// Returns the identifier, which is also the URL.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Returns the URL of the endpoint.
    pub fn endpoint(&self) -> String {
        format!("{}/introspect", self.id)
    }

    /// Sets the answer from now on.
    pub fn reply(&self, reply: Reply) {
        *lock(&self.script.reply) = reply;
    }

    /// Sets the answer from now on, as JSON.
    pub fn reply_json(&self, answer: &Value) {
        self.reply(Reply::json(answer));
    }

    /// Sets a member of the metadata, or removes it if the value is `null`.
    pub fn set_metadata(&self, name: &str, value: Value) {
        let metadata = &mut lock(&self.script.metadata).1;
        metadata[name] = value;
    }

    /// Sets the status of all metadata.
    pub fn set_metadata_status(&self, status: u16) {
        lock(&self.script.metadata).0 = status;
    }

    /// Sends one held answer, now or when the next request for it arrives.
    pub fn release(&self) {
        self.script.released.notify_one();
    }

    /// Returns all questions so far.
    pub fn questions(&self) -> Vec<Question> {
        lock(&self.script.questions).clone()
    }

    /// Counts the questions so far.
    pub fn asked(&self) -> usize {
        lock(&self.script.questions).len()
    }

    /// Counts the requests for metadata so far.
    pub fn metadata_requests(&self) -> usize {
        *lock(&self.script.metadata_requests)
    }

    /// Stops the server. Its port then refuses connections.
    pub async fn stop(mut self) -> String {
        self.server.abort();
        (&mut self.server).await.expect_err("it was aborted");
        self.id.clone()
    }
}

impl Drop for Introspecting {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Reply {
    /// Makes a JSON answer.
    pub fn json(answer: &Value) -> Self {
        Self::Content(200, "application/json", answer.to_string())
    }
}

impl Question {
    /// Returns the value of a field of the form in the body.
    pub fn form(&self, name: &str) -> Option<String> {
        let mut members = form_urlencoded::parse(self.body.as_bytes());
        members.find(|(member, _)| member == name).map(|(_, value)| value.into_owned())
    }

    /// Returns a header, or an empty text.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Returns the client id and secret from the header `Authorization`, decoded as RFC 6749 requires.
    pub fn basic(&self) -> Option<(String, String)> {
        let pair = STANDARD.decode(self.header("authorization").strip_prefix("Basic ")?).ok()?;
        let pair = String::from_utf8(pair).ok()?;
        let (id, secret) = pair.split_once(':')?;
        let decode = |text: &str| {
            let (name, value) = form_urlencoded::parse(text.as_bytes()).next()?;
            value.is_empty().then(|| name.into_owned())
        };
        Some((decode(id)?, decode(secret)?))
    }
}

async fn answer(
    State(script): State<Arc<Script>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: String,
) -> Response {
    if uri.path().contains("/.well-known/") {
        *lock(&script.metadata_requests) += 1;
        let (status, metadata) = lock(&script.metadata).clone();
        return (StatusCode::from_u16(status).expect("a status"), axum::Json(metadata)).into_response();
    }
    if uri.path() == "/keys" {
        return axum::Json(json!({ "keys": *lock(&script.keys) })).into_response();
    }
    lock(&script.questions).push(Question { method, uri, headers, body });
    let reply = lock(&script.reply).clone();
    match reply {
        Reply::Content(status, content_type, content) => {
            let status = StatusCode::from_u16(status).expect("a status");
            (status, [(header::CONTENT_TYPE, content_type)], content).into_response()
        }
        Reply::Redirect(to) => (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, to)]).into_response(),
        Reply::Later(status, seconds) => {
            let status = StatusCode::from_u16(status).expect("a status");
            (status, [(header::RETRY_AFTER, seconds.to_string())]).into_response()
        }
        Reply::Held(answer) => {
            script.released.notified().await;
            axum::Json(answer).into_response()
        }
        Reply::Padded(answer, mebibytes) => {
            let padding = stream::iter(0..mebibytes).map(|_| Bytes::from_static(&MEBIBYTE));
            let content =
                stream::iter([Bytes::from(answer.to_string())]).chain(padding).map(Ok::<_, std::io::Error>);
            ([(header::CONTENT_TYPE, "application/json")], Body::from_stream(content)).into_response()
        }
        Reply::Cut(beginning) => {
            let content =
                stream::iter([Ok(Bytes::from_static(beginning.as_bytes()))]).chain(stream::once(async {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                    Err(std::io::Error::other("cut"))
                }));
            ([(header::CONTENT_TYPE, "application/json")], Body::from_stream(content)).into_response()
        }
    }
}

static MEBIBYTE: [u8; 1024 * 1024] = [b' '; 1024 * 1024];

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
