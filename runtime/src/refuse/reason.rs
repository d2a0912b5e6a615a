//! The reasons of refusals. Each reason determines the answer.

use http::StatusCode;

use crate::refuse::ErrorCode;

/// Why a request was refused.
///
/// # Examples
///
/// ```
/// use scopegate::{ErrorCode, Reason};
///
/// assert_eq!(Reason::InsufficientScope.status(), 403);
/// assert_eq!(Reason::InsufficientScope.error(), Some(ErrorCode::InsufficientScope));
/// // Without a token in the request, there is no error code.
/// assert_eq!(Reason::MissingToken.status(), 401);
/// assert_eq!(Reason::MissingToken.error(), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// No token was sent: 401.
    MissingToken,
    /// The token is not valid for this resource: 401, `invalid_token`.
    InvalidToken,
    /// The token has expired: 401, `invalid_token`.
    ExpiredToken,
    /// The token is valid but lacks a scope: 403, `insufficient_scope`.
    InsufficientScope,
    /// The token is valid, but does not show the login that the operation requires: 401,
    /// `insufficient_user_authentication` ([RFC 9470](https://www.rfc-editor.org/rfc/rfc9470)). The token can also lack
    /// a scope.
    InsufficientAuthentication,
    /// The token is bound to a key of the client, and the DPoP proof is missing or not valid for this request: 401,
    /// `invalid_dpop_proof` ([RFC 9449, section 7.1](https://www.rfc-editor.org/rfc/rfc9449#section-7.1)).
    InvalidProof,
    /// The DPoP proof is valid, but it lacks a nonce from the gate, or its nonce is too old: 401, `use_dpop_nonce`
    /// ([RFC 9449, section 9](https://www.rfc-editor.org/rfc/rfc9449#section-9)).
    NonceRequired,
    /// The request carries more than one credential: 400, `invalid_request`.
    SeveralCredentials,
    /// A path parameter has a value that is not allowed in a scope: 400, without a challenge.
    IllegalParameter,
    /// The path is outside the gate's [family](crate::Resource::family), or contains a value that no resource of the
    /// family can have: 404, without a challenge. No token is valid for this path.
    UnknownResource,
    /// The handler refuses the request, and a token with more scopes would not help: 403, without a challenge.
    Denied,
    /// The token cannot be verified now: 503 with `Retry-After`.
    Unavailable,
    /// The program has a mistake. For example, the handler has no gate, a scope template cannot be filled in, or the
    /// handler demands a scope that it does not declare. The status is 500.
    Misconfigured,
}

impl Reason {
    /// Returns the status of the answer.
    pub const fn status(self) -> StatusCode {
        match self {
            Self::MissingToken
            | Self::InvalidToken
            | Self::ExpiredToken
            | Self::InsufficientAuthentication
            | Self::InvalidProof
            | Self::NonceRequired => StatusCode::UNAUTHORIZED,
            Self::InsufficientScope | Self::Denied => StatusCode::FORBIDDEN,
            Self::SeveralCredentials | Self::IllegalParameter => StatusCode::BAD_REQUEST,
            Self::UnknownResource => StatusCode::NOT_FOUND,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Misconfigured => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Returns the reason as a word for logs and counters, such as `insufficient_scope`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MissingToken => "missing_token",
            Self::InvalidToken => "invalid_token",
            Self::ExpiredToken => "expired_token",
            Self::InsufficientScope => "insufficient_scope",
            Self::InsufficientAuthentication => "insufficient_user_authentication",
            Self::InvalidProof => "invalid_proof",
            Self::NonceRequired => "nonce_required",
            Self::SeveralCredentials => "several_credentials",
            Self::IllegalParameter => "illegal_parameter",
            Self::UnknownResource => "unknown_resource",
            Self::Denied => "denied",
            Self::Unavailable => "unavailable",
            Self::Misconfigured => "misconfigured",
        }
    }

    /// Returns the error code of the challenge. Returns `None` for a request without a token ([RFC 6750, section 3.1]),
    /// and for a reason whose answer has no challenge.
    ///
    /// [RFC 6750, section 3.1]: https://www.rfc-editor.org/rfc/rfc6750#section-3.1
    pub const fn error(self) -> Option<ErrorCode> {
        match self {
            Self::InvalidToken | Self::ExpiredToken => Some(ErrorCode::InvalidToken),
            Self::InsufficientScope => Some(ErrorCode::InsufficientScope),
            Self::InsufficientAuthentication => Some(ErrorCode::InsufficientUserAuthentication),
            Self::InvalidProof => Some(ErrorCode::InvalidDpopProof),
            Self::NonceRequired => Some(ErrorCode::UseDpopNonce),
            Self::SeveralCredentials => Some(ErrorCode::InvalidRequest),
            Self::MissingToken
            | Self::IllegalParameter
            | Self::UnknownResource
            | Self::Denied
            | Self::Unavailable
            | Self::Misconfigured => None,
        }
    }

    /// Returns the error code of the body. A body can have an error code even if the answer has no challenge.
    pub(crate) const fn body_error(self) -> Option<&'static str> {
        match self {
            Self::IllegalParameter => Some("invalid_request"),
            Self::UnknownResource => Some("not_found"),
            Self::Denied => Some("access_denied"),
            Self::Unavailable => Some("temporarily_unavailable"),
            Self::Misconfigured => Some("server_error"),
            _ => match self.error() {
                Some(error) => Some(error.as_str()),
                None => None,
            },
        }
    }

    /// Tells whether the answer has a challenge. An answer has a challenge if the request could succeed with another
    /// token or proof, or with fewer credentials.
    pub(crate) const fn is_challenge(self) -> bool {
        matches!(self, Self::MissingToken) || self.error().is_some()
    }

    /// Returns the text for developers. Several texts contain the words "access token". These words do not fit a stdio
    /// server, or a gate with only static keys, so both replace some of the texts.
    pub(crate) const fn description(self) -> &'static str {
        match self {
            Self::MissingToken => "This request needs an access token",
            Self::InvalidToken => "The access token is not valid for this resource",
            Self::ExpiredToken => "The access token expired",
            Self::InsufficientScope => "The access token lacks a scope that this request needs",
            Self::InsufficientAuthentication => {
                "This request needs another or a more recent login than the one behind the access token"
            }
            Self::InvalidProof => "The DPoP proof is missing, or not valid for this request",
            Self::NonceRequired => "The DPoP proof needs the nonce of this answer",
            Self::SeveralCredentials => "The request carries more than one credential",
            Self::IllegalParameter => "A value in the path has characters that are not allowed",
            Self::UnknownResource => "There is no resource at this path",
            Self::Denied => "This is not allowed",
            Self::Unavailable => "The access token cannot be verified at the moment",
            Self::Misconfigured => "The server is not configured correctly",
        }
    }

    /// Returns the text for the local user of a stdio server. This user has no access token. Returns `None` if the
    /// local user gets the same text for this reason as other callers. Also returns `None` for a reason that never
    /// applies to the local user, such as an expired token.
    #[cfg(any(feature = "rmcp", feature = "testing"))]
    pub(crate) const fn description_for_local_user(self) -> Option<&'static str> {
        match self {
            Self::InsufficientScope => Some("The local user lacks a scope that this request needs"),
            Self::InsufficientAuthentication => {
                Some("This request needs another or a more recent login of the local user")
            }
            _ => None,
        }
    }
}
