//! The failure of a request, before the gate turns the failure into an answer.

use std::time::Duration;

use crate::{
    refuse::Reason,
    token::{Scheme, VerifyError},
};

/// Why a request failed. If the token cannot be verified now, the failure also says when the client should try again.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Failure {
    /// The reason for the failure. Either the failure is not about a token, or the token was not sent with the scheme
    /// DPoP.
    For(Reason),
    /// The reason for the failure. The request's token was sent with the scheme DPoP.
    OfDpop(Reason),
    Unavailable {
        retry_after: Duration,
    },
}

impl Failure {
    pub(crate) const fn of(reason: Reason, scheme: Scheme) -> Self {
        match scheme {
            Scheme::Bearer => Self::For(reason),
            Scheme::Dpop => Self::OfDpop(reason),
        }
    }

    /// Sets the scheme that the token was sent with.
    pub(crate) const fn by(self, scheme: Scheme) -> Self {
        match self {
            Self::For(reason) | Self::OfDpop(reason) => Self::of(reason, scheme),
            Self::Unavailable { .. } => self,
        }
    }
}

impl From<&VerifyError> for Failure {
    fn from(error: &VerifyError) -> Self {
        match error.retry_after() {
            Some(retry_after) => Self::Unavailable { retry_after },
            None if error.is_expired() => Self::For(Reason::ExpiredToken),
            None => Self::For(Reason::InvalidToken),
        }
    }
}
