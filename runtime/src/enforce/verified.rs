//! What came of a verification, for whoever asks the same later in the same request.

use std::sync::Arc;

use http::request::Parts;

use super::{Enforcement, Plan};
use crate::{
    gate::{Failure, Gate},
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
        let seen = plan.gate.credentials_in(&parts.headers);
        Self { plan, outcome, seen }
    }

    /// Leaves what came of the credentials of a request for those who ask inside.
    pub(crate) fn leave(plan: &Arc<Plan>, outcome: Result<Token, Failure>, parts: &mut Parts) {
        let verified = Self::new(plan.clone(), outcome, parts);
        let Some(enforcement) = parts.extensions.get_mut::<Enforcement>() else {
            parts.extensions.insert(verified);
            return;
        };
        if let Some(older) = enforcement.earlier.replace(verified) {
            parts.extensions.insert(older);
        }
    }

    /// Returns what a gate that verifies as `gate` does found for the credentials that the request has now.
    pub(crate) fn by<'a>(gate: &Gate, parts: &'a Parts) -> Option<&'a Self> {
        Self::all(parts).find(|verified| verified.plan.gate.verifies_as(gate))
    }

    /// Returns what was found for the credentials that the request has now.
    pub(crate) fn of(parts: &Parts) -> Option<&Self> {
        Self::all(parts).next()
    }

    /// Iterates over what layers further outside have found: one that let the request through, and one that asked early.
    fn all(parts: &Parts) -> impl Iterator<Item = &Self> {
        let enforced =
            parts.extensions.get::<Enforcement>().and_then(|enforcement| enforcement.earlier.as_ref());
        let is_now = |verified: &&Self| verified.plan.gate.still_has(&parts.headers, &verified.seen);
        enforced.into_iter().chain(parts.extensions.get::<Self>()).filter(is_now)
    }

    /// Returns the token, as the gate that had it verified accepts it.
    pub(crate) fn accepted(&self) -> Result<Token, Failure> {
        self.accepted_by(&self.plan.gate)
    }

    /// Returns the token, as another gate accepts it that verifies alike.
    pub(crate) fn accepted_by(&self, gate: &Gate) -> Result<Token, Failure> {
        gate.accept(self.outcome.clone()?)
    }
}
