//! What the gate answers itself, besides refusals for want of scopes: JSON-RPC errors, none of them a challenge.

use std::borrow::Cow;

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::{
    HeaderValue, StatusCode,
    header::{CACHE_CONTROL, CONTENT_TYPE},
};
use serde_json::{Value, json};

use super::{headers::Mismatch, json::Unreadable, message::Message, rules::Undecided, subject::Subject};
use crate::refuse::ErrorAnswer;

/// An error of JSON-RPC, with the HTTP status that MCP gives it.
pub(super) struct Answer {
    id: Option<Value>,
    status: StatusCode,
    code: i32,
    message: Cow<'static, str>,
    data: Option<Value>,
}

const PARSE_ERROR: i32 = -32700;
const INVALID_REQUEST: i32 = -32600;
const METHOD_NOT_FOUND: i32 = -32601;
const INVALID_PARAMS: i32 = -32602;
const HEADER_MISMATCH: i32 = -32020;

impl Answer {
    pub(super) fn foreign_origin() -> Self {
        Self::new(StatusCode::FORBIDDEN, INVALID_REQUEST, "Requests of pages of this origin are not allowed")
    }

    pub(super) fn too_large(limit: usize) -> Self {
        let message = format!("The body has more than {limit} bytes");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, INVALID_REQUEST, message)
    }

    pub(super) fn broken_body() -> Self {
        Self::new(StatusCode::BAD_REQUEST, INVALID_REQUEST, "The body ended before its time")
    }

    pub(super) fn encoded() -> Self {
        let message = "The body must be JSON in UTF-8, and not compressed";
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, INVALID_REQUEST, message)
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

    /// What a server says of parameters that it cannot do anything with. A status of 404 would end a session.
    pub(super) fn undecided(why: Undecided, subject: &Subject<'_>) -> Self {
        match why {
            Undecided::UnknownResource => {
                let data = subject.uri().map(|uri| json!({ "uri": uri }));
                Self { data, ..Self::new(StatusCode::OK, INVALID_PARAMS, "Unknown resource") }
            }
            Undecided::OpenTemplate => {
                let message = "What this takes depends on values that are still to be completed";
                Self::new(StatusCode::OK, INVALID_PARAMS, message)
            }
            Undecided::Unnamed => {
                let message = "The parameters do not name what the method acts on";
                Self::new(StatusCode::BAD_REQUEST, INVALID_PARAMS, message)
            }
        }
    }

    /// What a server says of a method that it does not have, in the versions without sessions.
    pub(super) fn unknown_method() -> Self {
        Self::new(StatusCode::NOT_FOUND, METHOD_NOT_FOUND, "Method not found")
    }

    fn new(status: StatusCode, code: i32, message: impl Into<Cow<'static, str>>) -> Self {
        Self { id: None, status, code, message: message.into(), data: None }
    }

    /// Makes it the answer to a message, or to none in particular.
    pub(super) fn to(mut self, message: Option<&Message<'_>>) -> Self {
        self.id = message.and_then(Message::request_id);
        self
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let answer = ErrorAnswer::new(self.id.as_ref(), self.code, &self.message, self.data);
        let body = serde_json::to_vec(&answer).unwrap_or_default();
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}
