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
use serde::{Serialize, Serializer};

use super::{
    headers::Mismatch,
    message::{Id, Message, Unreadable},
    rules::Undecided,
};

/// An error of JSON-RPC, with the HTTP status that MCP gives it.
pub(super) struct Answer {
    id: Id<'static>,
    status: StatusCode,
    code: i32,
    message: Cow<'static, str>,
}

const PARSE_ERROR: i32 = -32700;
const INVALID_REQUEST: i32 = -32600;
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
    pub(super) fn undecided(why: Undecided) -> Self {
        let message = match why {
            Undecided::UnknownResource => "Unknown resource",
            Undecided::OpenTemplate => "What this takes depends on values that are still to be completed",
        };
        Self::new(StatusCode::OK, INVALID_PARAMS, message)
    }

    fn new(status: StatusCode, code: i32, message: impl Into<Cow<'static, str>>) -> Self {
        Self { id: Id::None, status, code, message: message.into() }
    }

    /// Makes it the answer to a message, or to none in particular.
    pub(super) fn to(mut self, message: Option<&Message<'_>>) -> Self {
        self.id = match message.map(|message| &message.id) {
            None | Some(Id::None) => Id::None,
            Some(Id::Text(text)) => Id::Text(text.clone().into_owned().into()),
            Some(Id::Integer(number)) => Id::Integer(*number),
        };
        self
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let id = Some(&self.id).filter(|id| **id != Id::None);
        let error = Error { code: self.code, message: &self.message };
        let body = serde_json::to_vec(&Envelope { jsonrpc: "2.0", id, error }).unwrap_or_default();
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}

#[derive(Serialize)]
struct Envelope<'a> {
    jsonrpc: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a Id<'a>>,
    error: Error<'a>,
}

#[derive(Serialize)]
struct Error<'a> {
    code: i32,
    message: &'a str,
}

impl Serialize for Id<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::None => serializer.serialize_none(),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Integer(number) => serializer.serialize_i64(*number),
        }
    }
}
