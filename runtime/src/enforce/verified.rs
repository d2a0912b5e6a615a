//! What came of a verification, for whoever asks the same later in the same request.

use std::sync::Arc;

use http::request::Parts;

use super::plan::Plan;
use crate::{
    gate::Failure,
    token::{Seen, Token},
};

/// The outcome of a verification. It belongs to a verifier and to credentials, not to one copy of a gate.
#[derive(Clone)]
pub(crate) struct Verified {
    pub(crate) plan: Arc<Plan>,
    outcome: Result<Token, Failure>,
    /// What was verified: a middleware may have changed it since.
    seen: Seen,
}

impl Verified {
    /// Remembers what came of the credentials of a request, and takes what no handler is to see off it.
    pub(crate) fn new(plan: Arc<Plan>, outcome: Result<Token, Failure>, parts: &mut Parts) -> Self {
        plan.gate.strip(&mut parts.headers);
        let seen = plan.gate.credentials_in(parts);
        Self { plan, outcome, seen }
    }

    /// Tells whether a request still has the credentials that were verified.
    pub(super) fn is_of(&self, parts: &Parts) -> bool {
        self.plan.gate.still_has(parts, &self.seen)
    }

    /// Returns the token, as the gate that had it verified accepts it.
    pub(crate) fn accepted(&self) -> Result<Token, Failure> {
        self.accepted_by(&self.plan)
    }

    /// Returns the token, as another gate accepts it that verifies alike.
    pub(crate) fn accepted_by(&self, plan: &Plan) -> Result<Token, Failure> {
        plan.gate.accept(self.outcome.clone()?, plan.row.handler())
    }
}
