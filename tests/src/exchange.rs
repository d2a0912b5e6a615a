//! One request to a router, and its answer.

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, Response, StatusCode},
};
use serde_json::Value;
use tower::ServiceExt;

/// An answer, with its body read.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, as text.
    pub body: String,
}

impl Answer {
    /// Returns the challenge as sent, or an empty text if there is none.
    ///
    /// # Panics
    ///
    /// If there is more than one challenge, or one is not well-formed.
    #[must_use]
    #[track_caller]
    pub fn challenge(&self) -> &str {
        let mut lines = self.headers.get_all("www-authenticate").iter();
        let (first, second) = (lines.next(), lines.next());
        assert!(second.is_none(), "more than one challenge");
        first.map_or("", |header| {
            let _ = crate::challenge::parse(header);
            header.to_str().expect("a challenge is ASCII")
        })
    }

    /// Returns all challenges as sent, one for each header line.
    ///
    /// # Panics
    ///
    /// If one is not well-formed.
    #[must_use]
    #[track_caller]
    pub fn challenges(&self) -> Vec<&str> {
        let lines = self.headers.get_all("www-authenticate").iter();
        lines
            .map(|header| {
                let _ = crate::challenge::parse_any(header);
                header.to_str().expect("a challenge is ASCII")
            })
            .collect()
    }

    /// Returns a header's text, or an empty text if there is none.
    ///
    /// # Panics
    ///
    /// If it is not ASCII.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("ASCII"))
    }

    /// Returns the body, parsed as JSON.
    ///
    /// # Panics
    ///
    /// If the body is not JSON.
    #[must_use]
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error} in {:?}", self.body))
    }
}

/// Sends `METHOD path` with header lines `name: value`, and an empty body.
///
/// # Panics
///
/// If a header line is malformed.
pub async fn send(app: &Router, request: &str, headers: &[&str]) -> Answer {
    send_body(app, request, headers, Body::empty()).await
}

/// Sends `METHOD path` with header lines `name: value`, and a body.
///
/// # Panics
///
/// If a header line is malformed.
pub async fn send_body(app: &Router, request: &str, headers: &[&str], body: Body) -> Answer {
    let (method, uri) = request.split_once(' ').expect("a method and a path");
    let mut request = Request::builder().method(method).uri(uri);
    for line in headers {
        let (name, value) = line.split_once(": ").expect("a name and a value");
        request = request.header(name, value);
    }
    answer(app, request.body(body).expect("a legal request")).await
}

/// Sends a request, and reads the whole answer.
///
/// # Panics
///
/// If the body of the answer breaks off.
pub async fn answer(app: &Router, request: Request<Body>) -> Answer {
    let response: Response<Body> = match app.clone().oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    };
    let (head, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.expect("a body");
    Answer { status: head.status, headers: head.headers, body: String::from_utf8_lossy(&body).into_owned() }
}
