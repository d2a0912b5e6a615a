//! What comes of asking about a token.

use std::{sync::Arc, time::Duration};

use serde_json::{Map, Value};

use super::{super::jwt::shared::Fault, circuit::Pause};
use crate::VerifyError;

/// What the authorization server says about a token.
#[derive(Debug)]
pub(crate) enum Answer {
    /// The token is active, and has these claims. As long as the answer is remembered, it is the very same object.
    Active(Arc<Map<String, Value>>),
    /// The token is unknown, revoked, expired or another client's.
    Inactive,
}

/// The same, and what else can come of it; shared by all who asked.
#[derive(Clone, Debug)]
pub(super) enum Outcome {
    Active(Arc<Map<String, Value>>),
    Inactive,
    /// The token is active, and no access token.
    Refused(Fault),
    /// Nobody can tell for so long.
    Failed(Pause),
}

impl Outcome {
    pub(super) fn into_answer(self) -> Result<Answer, VerifyError> {
        match self {
            Self::Active(claims) => Ok(Answer::Active(claims)),
            Self::Inactive => Ok(Answer::Inactive),
            Self::Refused(fault) => Err(fault.into()),
            Self::Failed(Pause { length, reason }) => Err(VerifyError::unavailable(length, &*reason)),
        }
    }
}

/// Why the server was asked in vain.
#[derive(Debug)]
pub(super) enum Failure {
    /// It gave no answer, or one by which it can give none now; maybe it said for how long.
    Silent(String, Option<Duration>),
    /// It gave an answer of no use, which may be due to this one token.
    Useless(String),
}

impl Failure {
    pub(super) fn silent(reason: impl Into<String>) -> Self {
        Self::Silent(reason.into(), None)
    }

    pub(super) fn reason(&self) -> &str {
        match self {
            Self::Silent(reason, _) | Self::Useless(reason) => reason,
        }
    }
}
