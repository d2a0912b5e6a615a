//! The bodies of refusals, in the formats that clients parse.

use axum::{body::Body, response::Response};
use bytes::Bytes;
use http::{HeaderValue, header::CONTENT_TYPE};
use serde::Serialize;
use serde_json::Value;

use crate::refuse::{Asked, ErrorAnswer, Reason};

/// The format in which a gate writes the bodies of refusals; see [`Gate::body`](crate::Gate::body).
///
/// # Examples
///
/// ```
/// use scopegate::{BodyFormat, Gate, StaticKeys};
///
/// let keys = StaticKeys::parse("sk_read=files:read")?;
/// let gate = Gate::static_keys("files", keys).body(BodyFormat::Problem);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BodyFormat {
    /// `{"error": .., "error_description": .., "scope": ..}`, as in [RFC 6749, section 5.2]. This is the default. If a
    /// certain login is required, the body also has the challenge's `acr_values`, `max_age`, or both.
    ///
    /// [RFC 6749, section 5.2]: https://www.rfc-editor.org/rfc/rfc6749#section-5.2
    #[default]
    OAuth,
    /// Problem details ([RFC 9457]), with `error`, `scope`, `acr_values` and `max_age` as extension members.
    ///
    /// [RFC 9457]: https://www.rfc-editor.org/rfc/rfc9457
    Problem,
    /// A JSON-RPC answer with an error, in the form that MCP clients parse. The code of the error is the HTTP status,
    /// which is outside the range that JSON-RPC reserves. MCP servers use this format by default. The answer has the
    /// `id` of the JSON-RPC request if the gate has read the request's body. Usually, the gate reads the body only if
    /// the token is valid.
    JsonRpc,
    /// `{"error": "a text for people"}`, with `scope` if the credential lacks a scope. A gate with only static keys
    /// uses this format by default.
    Text,
    /// No body.
    Empty,
}

/// The content type and the bytes of a body.
#[derive(Clone)]
pub(crate) struct Content {
    pub(crate) content_type: Option<HeaderValue>,
    pub(crate) bytes: Bytes,
}

impl Content {
    pub(crate) fn to_response(&self) -> Response {
        let mut response = Response::new(Body::from(self.bytes.clone()));
        if let Some(content_type) = &self.content_type {
            response.headers_mut().insert(CONTENT_TYPE, content_type.clone());
        }
        response
    }
}

impl BodyFormat {
    /// Writes the body. `id` comes from the JSON-RPC request, if the gate has read the request's body.
    pub(crate) fn write(
        self,
        reason: Reason,
        description: &str,
        asked: &Asked,
        id: Option<&Value>,
    ) -> Content {
        let members = Members::of(asked);
        let (status, error) = (reason.status(), reason.body_error());
        match self {
            Self::OAuth => json(&OAuth { error, error_description: description, members }),
            Self::Text => {
                let scope = members.scope.filter(|_| reason == Reason::InsufficientScope);
                json(&Text { error: description, scope })
            }
            Self::Problem => problem(reason, description, members),
            Self::JsonRpc => {
                let (code, data) = (status.as_u16().into(), Data::some(error, members));
                json(&ErrorAnswer::new(id, code, description, data))
            }
            Self::Empty => Content { content_type: None, bytes: Bytes::new() },
        }
    }
}

fn problem(reason: Reason, detail: &str, members: Members) -> Content {
    let status = reason.status();
    let title = status.canonical_reason().unwrap_or_default();
    let (error, status) = (reason.body_error(), status.as_u16());
    let body = json(&Problem { r#type: "about:blank", title, status, detail, error, members });
    Content { content_type: Some(HeaderValue::from_static("application/problem+json")), ..body }
}

fn json(body: &impl Serialize) -> Content {
    let bytes = serde_json::to_vec(body).unwrap_or_default().into();
    Content { content_type: Some(HeaderValue::from_static("application/json")), bytes }
}

/// The scopes and the login that the client should request. The challenge has the same values.
#[derive(Serialize)]
struct Members {
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    acr_values: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_age: Option<u64>,
}

impl Members {
    fn of(asked: &Asked) -> Self {
        Self { scope: asked.scope(), acr_values: asked.acr_values(), max_age: asked.max_age() }
    }
}

#[derive(Serialize)]
struct OAuth<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'static str>,
    error_description: &'a str,
    #[serde(flatten)]
    members: Members,
}

#[derive(Serialize)]
struct Text<'a> {
    error: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
}

#[derive(Serialize)]
struct Problem<'a> {
    r#type: &'static str,
    title: &'static str,
    status: u16,
    detail: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'static str>,
    #[serde(flatten)]
    members: Members,
}

#[derive(Serialize)]
struct Data {
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'static str>,
    #[serde(flatten)]
    members: Members,
}

impl Data {
    fn some(error: Option<&'static str>, members: Members) -> Option<Self> {
        (error.is_some() || members.scope.is_some()).then_some(Self { error, members })
    }
}
