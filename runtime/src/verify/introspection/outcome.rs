//! What comes of asking about a token.

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

/// What the authorization server says about a token.
#[derive(Debug)]
pub(crate) enum Answer {
    /// The token is active.
    Active(Arc<Active>),
    /// The token is unknown, revoked, expired or another client's.
    Inactive,
}

/// An answer about an active token, and how it was judged.
#[derive(Debug)]
pub(crate) struct Active {
    pub(super) claims: Map<String, Value>,
    judged: Mutex<Option<Judged>>,
}

#[derive(Debug)]
struct Judged {
    /// The identifier of the resource that it was judged for.
    resource: Option<Box<str>>,
    verdict: Result<(Token, Validity), Fault>,
}

impl Active {
    pub(super) fn new(claims: Map<String, Value>) -> Self {
        Self { claims, judged: Mutex::default() }
    }

    /// Judges the claims for a resource, unless they were judged for it before: rules do not change, and neither do the claims.
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

/// The same, and what else can come of it; shared by all who asked.
#[derive(Clone, Debug)]
pub(super) enum Outcome {
    Active(Arc<Active>),
    Inactive,
    /// The token is active, and no access token.
    Refused(Fault),
    /// Nobody can tell for so long.
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
