//! The reason why a token could not be verified.

use std::{error::Error, fmt, time::Duration};

/// The reason why a token could not be verified. Clients learn only the kind of the error; the details go to the log.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use scopegate::VerifyError;
///
/// let error = VerifyError::unavailable(Duration::from_secs(5), "the key server does not answer");
/// assert_eq!(error.retry_after(), Some(Duration::from_secs(5)));
/// assert!(VerifyError::expired().is_expired());
/// ```
#[derive(Debug)]
pub struct VerifyError(Kind);

type Source = Box<dyn Error + Send + Sync>;

#[derive(Debug)]
enum Kind {
    Expired,
    Invalid(Source),
    Unavailable { retry_after: Duration, source: Source },
}

impl VerifyError {
    /// The token has expired, and the client needs a new one. The gate answers with 401 and `error="invalid_token"`.
    #[must_use]
    pub fn expired() -> Self {
        Self(Kind::Expired)
    }

    /// The resource does not accept the token, because the token is malformed, unknown, revoked, forged or meant for
    /// another resource. The gate answers with 401 and `error="invalid_token"`.
    ///
    /// The reason is a text or an error. The log shows the reason, so the reason must not quote the token.
    pub fn invalid(reason: impl Into<Source>) -> Self {
        Self(Kind::Invalid(reason.into()))
    }

    /// The token cannot be verified now, for example because a key server is down. The gate answers with 503 and
    /// `Retry-After`, so that clients keep their token.
    ///
    /// The source is a text or an error. The log shows the source, so the source must not quote the token.
    pub fn unavailable(retry_after: Duration, source: impl Into<Source>) -> Self {
        Self(Kind::Unavailable { retry_after, source: source.into() })
    }

    /// Tells whether the token has expired.
    #[must_use]
    pub const fn is_expired(&self) -> bool {
        matches!(self.0, Kind::Expired)
    }

    /// Returns how long clients should wait before they try again. Returns `None` if the token has expired or is
    /// invalid.
    #[must_use]
    pub const fn retry_after(&self) -> Option<Duration> {
        match &self.0 {
            Kind::Unavailable { retry_after, .. } => Some(*retry_after),
            Kind::Expired | Kind::Invalid(_) => None,
        }
    }
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Expired => f.write_str("the token expired"),
            Kind::Invalid(reason) => write!(f, "the token is not valid: {reason}"),
            Kind::Unavailable { source, .. } => write!(f, "the token cannot be verified now: {source}"),
        }
    }
}

impl Error for VerifyError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.0 {
            Kind::Expired => None,
            Kind::Invalid(source) | Kind::Unavailable { source, .. } => Some(source.as_ref()),
        }
    }
}
