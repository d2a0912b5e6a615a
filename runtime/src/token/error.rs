//! Why a token could not be verified.

use std::{error::Error, fmt, time::Duration};

/// The reason why a token could not be verified. Clients see which kind it is; the details go to the log.
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
    /// The token was good once, and a new one is needed: 401 with `error="invalid_token"`.
    #[must_use]
    pub fn expired() -> Self {
        Self(Kind::Expired)
    }

    /// The token is not one that this resource accepts, because it is malformed, unknown, revoked, forged or meant for
    /// another: 401 with `error="invalid_token"`.
    ///
    /// The reason, a text or an error, is logged, so it must not quote the token.
    pub fn invalid(reason: impl Into<Source>) -> Self {
        Self(Kind::Invalid(reason.into()))
    }

    /// Nobody can tell now whether the token is good, as when a key server is down: 503 with `Retry-After`, so that
    /// clients keep their token.
    ///
    /// The source, a text or an error, is logged, so it must not quote the token.
    pub fn unavailable(retry_after: Duration, source: impl Into<Source>) -> Self {
        Self(Kind::Unavailable { retry_after, source: source.into() })
    }

    /// Tells whether the token was good once.
    #[must_use]
    pub const fn is_expired(&self) -> bool {
        matches!(self.0, Kind::Expired)
    }

    /// Returns how long clients should wait before they try again, where nobody can tell now whether the token is good.
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
