//! What came of a verification, for whoever asks the same later in the same request.

use std::sync::{Arc, OnceLock};

use http::{HeaderValue, Request, request::Parts};

use super::plan::Plan;
use crate::{
    gate::{Failure, Gate},
    token::{Seen, Token},
};

/// The outcome of a verification. It belongs to a verifier and to credentials, not to one copy of a gate.
#[derive(Clone)]
pub(crate) struct Verified {
    pub(crate) plan: Arc<Plan>,
    outcome: Outcome,
    /// What was verified: a middleware may have changed it since.
    seen: Seen,
    /// What was found further outside.
    pub(super) earlier: Option<Arc<Verified>>,
}

#[derive(Clone)]
enum Outcome {
    Known(Result<Token, Failure>),
    /// What was taken off the request before anybody needed to know.
    Asked(Arc<Asked>),
}

/// A credential that is kept aside, and what comes of it once somebody asks.
struct Asked {
    protocols: Vec<HeaderValue>,
    outcome: OnceLock<Result<Token, Failure>>,
}

impl Verified {
    /// Remembers what came of the credentials of a request, and takes what no handler is to see off it.
    pub(crate) fn new(plan: Arc<Plan>, outcome: Result<Token, Failure>, parts: &mut Parts) -> Self {
        plan.gate.strip(&mut parts.headers);
        Self::of(plan, Outcome::Known(outcome), parts)
    }

    /// Takes what no handler is to see off a request, and keeps it for whoever asks later; `None` where there is nothing.
    pub(super) fn later(plan: Arc<Plan>, parts: &mut Parts) -> Option<Self> {
        let protocols = plan.gate.take_protocols(&mut parts.headers)?;
        let asked = Asked { protocols, outcome: OnceLock::new() };
        Some(Self::of(plan, Outcome::Asked(Arc::new(asked)), parts))
    }

    fn of(plan: Arc<Plan>, outcome: Outcome, parts: &Parts) -> Self {
        let seen = plan.gate.credentials_in(parts);
        Self { plan, outcome, seen, earlier: None }
    }

    /// Tells whether a proof of the request has counted, so that `gate` is not to take it for one that was used before.
    pub(super) fn proves_for(&self, gate: &Gate) -> bool {
        matches!(self.outcome, Outcome::Known(Ok(_))) && gate.remembers_as(&self.plan.gate)
    }

    /// Tells whether a request still has the credentials that were verified.
    pub(super) fn is_of(&self, parts: &Parts) -> bool {
        self.plan.gate.still_has(parts, &self.seen)
    }

    /// Returns the token, as the gate that had it verified accepts it.
    pub(crate) async fn accepted(&self, parts: &Parts) -> Result<Token, Failure> {
        self.accepted_by(&self.plan, parts).await
    }

    /// Returns the token, as another gate accepts it that verifies alike.
    pub(crate) async fn accepted_by(&self, plan: &Plan, parts: &Parts) -> Result<Token, Failure> {
        let handler = plan.row.handler();
        let token = match &self.outcome {
            Outcome::Known(outcome) => outcome.clone()?,
            // Boxed, since it is rare, and every request would have room for it.
            Outcome::Asked(asked) => Box::pin(asked.answer(&self.plan.gate, parts, handler)).await?,
        };
        plan.gate.accept(token, handler)
    }
}

impl Asked {
    /// Has the credential verified, unless it has been.
    async fn answer(&self, gate: &Gate, parts: &Parts, handler: &str) -> Result<Token, Failure> {
        if let Some(known) = self.outcome.get() {
            return known.clone();
        }
        let outcome = gate.verify(&self.whole(parts), handler, false).await;
        self.outcome.get_or_init(|| outcome).clone()
    }

    /// Makes the head of the request as it arrived. The one that the handler has stays without the credential.
    fn whole(&self, parts: &Parts) -> Parts {
        let (mut whole, ()) = Request::new(()).into_parts();
        whole.method = parts.method.clone();
        whole.uri = parts.uri.clone();
        whole.version = parts.version;
        whole.headers = parts.headers.clone();
        Gate::put_protocols_back(&mut whole.headers, &self.protocols);
        whole
    }
}
