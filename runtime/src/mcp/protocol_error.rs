//! The JSON-RPC errors that the gate itself sends, without a challenge.

use std::borrow::Cow;

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::{
    HeaderName, HeaderValue, StatusCode,
    header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER},
};
use serde_json::{Value, json};

use super::{
    headers::Mismatch,
    json::Unreadable,
    message::Message,
    operation::Kind,
    resources::MAX_URI,
    rules::Undecided,
    subject::{Subject, shortened},
};
use crate::refuse::ErrorAnswer;

/// A JSON-RPC error, with the HTTP status that MCP demands for it.
pub(super) struct ProtocolError {
    id: Option<Value>,
    status: StatusCode,
    code: i32,
    message: Cow<'static, str>,
    data: Option<Value>,
    /// The allowed HTTP methods, for the header `Allow`.
    allow: Option<&'static str>,
}

const PARSE_ERROR: i32 = -32700;
const INVALID_REQUEST: i32 = -32600;
const METHOD_NOT_FOUND: i32 = -32601;
const INVALID_PARAMS: i32 = -32602;
const INTERNAL_ERROR: i32 = -32603;
/// The code that the official TypeScript SDK uses for an unknown session.
const SESSION_NOT_FOUND: i32 = -32001;
const HEADER_MISMATCH: i32 = -32020;

impl ProtocolError {
    pub(super) fn foreign_origin() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            INVALID_REQUEST,
            "Requests from pages of this origin are not allowed",
        )
    }

    #[cfg(feature = "rmcp")]
    pub(super) fn foreign_host() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            INVALID_REQUEST,
            "This server does not answer requests for this host",
        )
    }

    pub(super) fn too_large(limit: usize) -> Self {
        let message = format!("The body has more than {limit} bytes");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, INVALID_REQUEST, message)
    }

    pub(super) fn is_too_large(&self) -> bool {
        self.status == StatusCode::PAYLOAD_TOO_LARGE
    }

    pub(super) fn broken_body() -> Self {
        Self::new(StatusCode::BAD_REQUEST, INVALID_REQUEST, "The body ended early")
    }

    pub(super) fn too_slow() -> Self {
        Self::new(StatusCode::REQUEST_TIMEOUT, INVALID_REQUEST, "The body took too long")
    }

    /// Returns the error for a body that needs more memory than is free. The client can try again soon: memory becomes
    /// free when other bodies have been read or have timed out.
    pub(super) fn no_room() -> Self {
        let message = "The server is reading too many bodies at the moment";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, INTERNAL_ERROR, message)
    }

    pub(super) fn no_clock() -> Self {
        let message = "The server runs outside a tokio runtime, so it cannot wait for the body";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, INTERNAL_ERROR, message)
    }

    pub(super) fn encoded() -> Self {
        let message = "The body must be `application/json` in UTF-8, without compression";
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, INVALID_REQUEST, message)
    }

    pub(super) fn unknown_http_method() -> Self {
        let message = "MCP does not use this HTTP method; send messages with POST";
        let allow = Some("POST, GET, HEAD, DELETE, OPTIONS");
        Self { allow, ..Self::new(StatusCode::METHOD_NOT_ALLOWED, INVALID_REQUEST, message) }
    }

    /// Returns the error for a client that requests a stream without a token. The status is 405, because clients then
    /// continue without a stream. After a 401, by contrast, clients would log in.
    pub(super) fn no_stream() -> Self {
        let message = "A stream of messages needs an access token";
        let allow = Some("POST");
        Self { allow, ..Self::new(StatusCode::METHOD_NOT_ALLOWED, INVALID_REQUEST, message) }
    }

    pub(super) fn foreign_connection() -> Self {
        let message = "The Connection header names a header that does not belong to the connection";
        Self::new(StatusCode::BAD_REQUEST, INVALID_REQUEST, message)
    }

    pub(super) fn expectation() -> Self {
        let message = "The Expect header may only contain 100-continue";
        Self::new(StatusCode::EXPECTATION_FAILED, INVALID_REQUEST, message)
    }

    pub(super) fn unreadable(why: Unreadable) -> Self {
        match why {
            Unreadable::NotJson => Self::new(StatusCode::BAD_REQUEST, PARSE_ERROR, "The body is not JSON"),
            Unreadable::NotAMessage => {
                Self::new(StatusCode::BAD_REQUEST, INVALID_REQUEST, "The body is not a JSON-RPC message")
            }
        }
    }

    pub(super) fn mismatch(why: Mismatch) -> Self {
        match why {
            Mismatch::Header(fault) => {
                let message = format!("Header mismatch: {fault}");
                Self::new(StatusCode::BAD_REQUEST, HEADER_MISMATCH, message)
            }
            Mismatch::Batch => Self::new(
                StatusCode::BAD_REQUEST,
                INVALID_REQUEST,
                "This version of the protocol has no batches",
            ),
        }
    }

    /// Returns the error for a message whose requirement cannot be determined. The error has the code that servers send
    /// for an unknown method, an unknown name or unusable parameters. If the protocol's version has sessions, the
    /// status is not 404, because a 404 would end the session.
    pub(super) fn undecided(why: Undecided, subject: &Subject<'_>, has_sessions: bool) -> Self {
        match why {
            Undecided::Unlisted(kind) => Self::unlisted(kind, subject),
            Undecided::SwitchedOff => Self::unlisted(Kind::Tool, subject),
            Undecided::UnknownMethod => {
                let status = if has_sessions { StatusCode::OK } else { StatusCode::NOT_FOUND };
                Self::new(status, METHOD_NOT_FOUND, "Method not found")
            }
            Undecided::UnknownTask => Self::unknown_task(),
            Undecided::OpenTemplate => {
                let message = "The scopes of this template depend on the values that are being completed";
                Self::new(StatusCode::OK, INVALID_PARAMS, message)
            }
            Undecided::Unnamed => {
                let message = "The parameters do not name what the method acts on";
                Self::new(StatusCode::BAD_REQUEST, INVALID_PARAMS, message)
            }
        }
    }

    fn unknown_task() -> Self {
        Self::new(StatusCode::OK, INVALID_PARAMS, "Unknown task")
    }

    /// Returns the error for an unknown session. After this error, the client opens a new session.
    pub(super) fn unknown_session() -> Self {
        Self::new(StatusCode::NOT_FOUND, SESSION_NOT_FOUND, "Session not found")
    }

    pub(super) fn no_session() -> Self {
        let message = "The server opened a session without a usable identifier";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, INTERNAL_ERROR, message)
    }

    fn unlisted(kind: Kind, subject: &Subject<'_>) -> Self {
        let of = |noun| match subject.name() {
            Some(name) => format!("Unknown {noun}: {}", shortened(name)).into(),
            None => Cow::from(format!("Unknown {noun}")),
        };
        match kind {
            Kind::Tool => Self::new(StatusCode::OK, INVALID_PARAMS, of("tool")),
            Kind::Prompt => Self::new(StatusCode::OK, INVALID_PARAMS, of("prompt")),
            Kind::Resource | Kind::Method => {
                let uri = subject.uri().filter(|uri| uri.len() <= MAX_URI);
                let data = uri.map(|uri| json!({ "uri": uri }));
                Self { data, ..Self::new(StatusCode::OK, INVALID_PARAMS, "Unknown resource") }
            }
        }
    }

    fn new(status: StatusCode, code: i32, message: impl Into<Cow<'static, str>>) -> Self {
        Self { id: None, status, code, message: message.into(), data: None, allow: None }
    }

    /// Gives this error the id of the request `message`, so that the error answers this request. If `message` is
    /// `None`, the error has no id, and answers the whole HTTP request.
    pub(super) fn to(mut self, message: Option<&Message<'_>>) -> Self {
        self.id = message.and_then(Message::request_id);
        self
    }
}

impl IntoResponse for ProtocolError {
    fn into_response(self) -> Response {
        let answer = ErrorAnswer::new(self.id.as_ref(), self.code, &self.message, self.data);
        let body = serde_json::to_vec(&answer).unwrap_or_default();
        let mut response = json_answer(self.status, body);
        let headers = response.headers_mut();
        headers.extend(self.allow.map(|allow| (ALLOW, HeaderValue::from_static(allow))));
        headers.extend(required_by(self.status));
        response
    }
}

/// Makes a response from JSON that the gate itself wrote, and adds `Cache-Control: no-store`.
pub(super) fn json_answer(status: StatusCode, body: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Returns the header that an answer with this status must have.
fn required_by(status: StatusCode) -> Option<(HeaderName, HeaderValue)> {
    match status {
        StatusCode::SERVICE_UNAVAILABLE => Some((RETRY_AFTER, HeaderValue::from_static("1"))),
        _ => None,
    }
}
