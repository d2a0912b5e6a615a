//! Why a request failed, before it is known what the gate answers.

use std::time::Duration;

use crate::{refuse::Reason, token::VerifyError};

/// Why a request failed, and when to try again if that would help.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Failure {
    For(Reason),
    Unavailable { retry_after: Duration },
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
