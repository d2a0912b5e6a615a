//! The errors of the protocol.

use std::borrow::Cow;

use axum::Json;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, WWW_AUTHENTICATE};
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// An error response ([RFC 6749, section 5.2]).
///
/// The description never repeats text of the request, so it needs no escaping.
///
/// [RFC 6749, section 5.2]: https://www.rfc-editor.org/rfc/rfc6749#section-5.2
#[derive(Debug, Clone)]
pub(crate) struct OAuthError {
    pub(crate) code: Code,
    pub(crate) description: Cow<'static, str>,
    /// Whether the client used HTTP Basic, so that the answer has a Basic challenge.
    basic: bool,
}

/// The codes in use, from RFC 6749 unless noted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Code {
    AccessDenied,
    InvalidClient,
    /// RFC 7591, section 3.2.2.
    InvalidClientMetadata,
    /// RFC 9449, section 5.
    InvalidDpopProof,
    InvalidGrant,
    /// RFC 7591, section 3.2.2.
    InvalidRedirectUri,
    InvalidRequest,
    InvalidScope,
    /// RFC 8707, section 2.
    InvalidTarget,
    ServerError,
    UnauthorizedClient,
    /// RFC 9470, section 5.
    UnmetAuthenticationRequirements,
    UnsupportedGrantType,
    UnsupportedResponseType,
}

impl OAuthError {
    pub(crate) fn new(code: Code, description: impl Into<Cow<'static, str>>) -> Self {
        Self { code, description: description.into(), basic: false }
    }

    pub(crate) fn with_basic_challenge(mut self) -> Self {
        self.basic = true;
        self
    }
}

impl IntoResponse for OAuthError {
    fn into_response(self) -> Response {
        let status = match self.code {
            Code::InvalidClient => StatusCode::UNAUTHORIZED,
            Code::ServerError => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::BAD_REQUEST,
        };
        let body = Json(json!({ "error": self.code.as_str(), "error_description": self.description }));
        let challenge = self.basic.then_some([(WWW_AUTHENTICATE, r#"Basic realm="dev-issuer""#)]);
        (status, [(CACHE_CONTROL, "no-store")], challenge, body).into_response()
    }
}

impl Code {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::AccessDenied => "access_denied",
            Self::InvalidClient => "invalid_client",
            Self::InvalidClientMetadata => "invalid_client_metadata",
            Self::InvalidDpopProof => "invalid_dpop_proof",
            Self::InvalidGrant => "invalid_grant",
            Self::InvalidRedirectUri => "invalid_redirect_uri",
            Self::InvalidRequest => "invalid_request",
            Self::InvalidScope => "invalid_scope",
            Self::InvalidTarget => "invalid_target",
            Self::ServerError => "server_error",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnmetAuthenticationRequirements => "unmet_authentication_requirements",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::UnsupportedResponseType => "unsupported_response_type",
        }
    }
}
