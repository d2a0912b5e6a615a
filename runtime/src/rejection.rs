//! What a client is told when its request is refused.

use std::{fmt, sync::Arc, time::Duration};

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http::{
    HeaderValue, StatusCode,
    header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE},
};
use serde::Serialize;

use crate::{
    challenge::{Challenge, ErrorCode},
    requirement::join,
    resource::Resource,
    scope::Scope,
};

/// A refused request: the reason, and the answer that follows from it. Cheap to clone.
#[derive(Clone)]
pub struct Rejection(Arc<Answer>);

struct Answer {
    reason: Reason,
    scopes: Vec<Scope>,
    challenge: Option<HeaderValue>,
    retry_after: Option<HeaderValue>,
    body: Bytes,
}

/// Why a request was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// No token was sent: 401.
    MissingToken,
    /// The token is not valid here: 401, `invalid_token`.
    InvalidToken,
    /// The token was valid once: 401, `invalid_token`.
    ExpiredToken,
    /// The token is valid, and lacks a scope: 403, `insufficient_scope`.
    InsufficientScope,
    /// The request carries more than one credential: 400, `invalid_request`.
    SeveralCredentials,
    /// Nobody can tell now whether the token is valid: 503 with `Retry-After`.
    Unavailable,
    /// The program is at fault: nothing protects the handler. 500.
    Misconfigured,
}

impl Reason {
    /// Returns the status of the answer.
    pub const fn status(self) -> StatusCode {
        match self {
            Self::MissingToken | Self::InvalidToken | Self::ExpiredToken => StatusCode::UNAUTHORIZED,
            Self::InsufficientScope => StatusCode::FORBIDDEN,
            Self::SeveralCredentials => StatusCode::BAD_REQUEST,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Misconfigured => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Returns the error code of the challenge. A request without a token has none ([RFC 6750, section 3.1]).
    ///
    /// [RFC 6750, section 3.1]: https://www.rfc-editor.org/rfc/rfc6750#section-3.1
    const fn challenge_error(self) -> Option<ErrorCode> {
        match self {
            Self::InvalidToken | Self::ExpiredToken => Some(ErrorCode::InvalidToken),
            Self::InsufficientScope => Some(ErrorCode::InsufficientScope),
            Self::SeveralCredentials => Some(ErrorCode::InvalidRequest),
            Self::MissingToken | Self::Unavailable | Self::Misconfigured => None,
        }
    }

    /// Returns the error code of the body.
    const fn body_error(self) -> Option<&'static str> {
        match (self.challenge_error(), self) {
            (Some(error), _) => Some(error.as_str()),
            (None, Self::Unavailable) => Some("temporarily_unavailable"),
            (None, Self::Misconfigured) => Some("server_error"),
            (None, _) => None,
        }
    }

    /// Returns a text for developers, without characters that a challenge cannot carry, or `=` and `,`.
    const fn description(self) -> &'static str {
        match self {
            Self::MissingToken => "This request needs an access token",
            Self::InvalidToken => "The access token is not valid for this resource",
            Self::ExpiredToken => "The access token expired",
            Self::InsufficientScope => "The access token lacks a scope that this request needs",
            Self::SeveralCredentials => "The request carries more than one credential",
            Self::Unavailable => "The access token cannot be verified at the moment",
            Self::Misconfigured => "The server is not configured correctly",
        }
    }
}

impl Rejection {
    /// Builds the answer to a client that is to come back with a token for `scopes`.
    pub(crate) fn challenging(reason: Reason, resource: &Resource, scopes: &[Scope]) -> Self {
        let mut challenge = Challenge::new(resource).with_scopes(scopes.iter().copied());
        if let Some(error) = reason.challenge_error() {
            challenge = challenge.with_error(error, reason.description());
        }
        Self::new(reason, scopes, Some(challenge.to_header_value()), None)
    }

    /// Builds the answer for when no token can be verified.
    pub(crate) fn unavailable(retry_after: Duration) -> Self {
        // Whole seconds, rounded up: nobody should come back too early.
        let seconds = retry_after.as_secs() + u64::from(retry_after.subsec_nanos() > 0);
        Self::new(Reason::Unavailable, &[], None, Some(seconds.into()))
    }

    /// Builds the answer for when a guarded handler is reached without a gate. Why is for the log alone.
    pub(crate) fn misconfigured() -> Self {
        Self::new(Reason::Misconfigured, &[], None, None)
    }

    fn new(
        reason: Reason,
        scopes: &[Scope],
        challenge: Option<HeaderValue>,
        retry_after: Option<HeaderValue>,
    ) -> Self {
        let body = OAuthError {
            error: reason.body_error(),
            error_description: reason.description(),
            scope: Some(join(scopes)).filter(|scope| !scope.is_empty()),
        };
        let body = serde_json::to_vec(&body).unwrap_or_default().into();
        Self(Arc::new(Answer { reason, scopes: scopes.to_vec(), challenge, retry_after, body }))
    }

    /// Returns why the request was refused.
    #[must_use]
    pub fn reason(&self) -> Reason {
        self.0.reason
    }

    /// Returns the scopes that the client is told to ask for.
    #[must_use]
    pub fn scopes(&self) -> &[Scope] {
        &self.0.scopes
    }

    /// Returns the value of the `WWW-Authenticate` header, where the answer has one.
    #[must_use]
    pub fn challenge(&self) -> Option<&HeaderValue> {
        self.0.challenge.as_ref()
    }
}

/// The body of an answer, shaped like the errors of [RFC 6749, section 5.2].
///
/// [RFC 6749, section 5.2]: https://www.rfc-editor.org/rfc/rfc6749#section-5.2
#[derive(Serialize)]
struct OAuthError {
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'static str>,
    error_description: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
}

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.0.body.clone()));
        *response.status_mut() = self.0.reason.status();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(challenge) = &self.0.challenge {
            headers.insert(WWW_AUTHENTICATE, challenge.clone());
        }
        if let Some(seconds) = &self.0.retry_after {
            headers.insert(RETRY_AFTER, seconds.clone());
        }
        response
    }
}

impl fmt::Debug for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rejection").field("reason", &self.0.reason).field("scopes", &self.0.scopes).finish()
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.reason.description())
    }
}

impl std::error::Error for Rejection {}
