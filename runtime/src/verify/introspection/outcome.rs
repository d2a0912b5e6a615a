//! The outcome of an introspection.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::{Map, Value};

use super::{circuit::Pause, lock};
use crate::{
    Resource, Token, VerifyError,
    verify::jwt::{Fault, Validity},
};

/// The answer of the authorization server about a token.
#[derive(Debug)]
pub(crate) enum Answer {
    /// The token is active.
    Active(Arc<Active>),
    /// The token is unknown, revoked or expired, or belongs to another client.
    Inactive,
}

/// An answer about an active token: the claims, and the result of their last check.
#[derive(Debug)]
pub(crate) struct Active {
    pub(super) claims: Map<String, Value>,
    judged: Mutex<Option<Judged>>,
}

#[derive(Debug)]
struct Judged {
    /// The identifier of the resource for which the answer was checked.
    resource: Option<Box<str>>,
    verdict: Result<(Token, Validity), Fault>,
}

impl Active {
    pub(super) fn new(claims: Map<String, Value>) -> Self {
        Self { claims, judged: Mutex::default() }
    }

    /// Checks whether the claims are valid for `resource`. If the previous call was for the same resource, this method
    /// returns the stored result of that call, because the rules and the claims never change.
    pub(crate) fn judged_for(
        &self,
        resource: Option<&Resource>,
        judge: impl FnOnce(Map<String, Value>) -> Result<(Token, Validity), Fault>,
    ) -> Result<(Token, Validity), Fault> {
        let identifier = resource.map(Resource::identifier);
        let is_known = |judged: &&Judged| judged.resource.as_deref() == identifier;
        let known = lock(&self.judged).as_ref().filter(is_known).map(|judged| judged.verdict.clone());
        if let Some(verdict) = known {
            return verdict;
        }
        let verdict = judge(self.claims.clone());
        let judged = Judged { resource: identifier.map(Into::into), verdict: verdict.clone() };
        *lock(&self.judged) = Some(judged);
        verdict
    }
}

/// An answer or a failure, shared by all requests that waited for it.
#[derive(Clone, Debug)]
pub(super) enum Outcome {
    Active(Arc<Active>),
    Inactive,
    /// The token is active, but is not an access token.
    Refused(Fault),
    /// There is no usable answer. The `Pause` says when the client should repeat its request.
    Failed(Pause),
}

impl Outcome {
    pub(super) fn into_answer(self) -> Result<Answer, VerifyError> {
        match self {
            Self::Active(active) => Ok(Answer::Active(active)),
            Self::Inactive => Ok(Answer::Inactive),
            Self::Refused(fault) => Err(fault.into()),
            Self::Failed(Pause { length, reason }) => Err(VerifyError::unavailable(length, &*reason)),
        }
    }
}

/// Why asking the server failed.
#[derive(Debug)]
pub(super) enum Failure {
    /// The server gave no answer, or cannot answer now. The duration is the pause that the server asked for, if any.
    Silent(String, Option<Duration>),
    /// The server gave a useless answer: the status is wrong, or the answer cannot be parsed or verified. The cause may
    /// be the token, so after a single useless answer, the gate still asks about other tokens.
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
