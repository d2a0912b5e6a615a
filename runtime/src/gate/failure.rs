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
        match error {
            VerifyError::Expired => Self::For(Reason::ExpiredToken),
            VerifyError::Invalid(_) => Self::For(Reason::InvalidToken),
            VerifyError::Unavailable { retry_after, .. } => Self::Unavailable { retry_after: *retry_after },
        }
    }
}
