//! The result of a verification, for later checks of the same request.

use std::sync::{Arc, OnceLock};

use http::{HeaderValue, Request, request::Parts};

use super::plan::Plan;
use crate::{
    gate::{Failure, Gate},
    token::{Seen, Token},
};

/// The result of a verification. Other gates with the same verifier can use the result for the same credentials.
#[derive(Clone)]
pub(crate) struct Verified {
    pub(crate) plan: Arc<Plan>,
    outcome: Outcome,
    /// The credentials that were verified. Later checks compare these credentials with those of the request, because a
    /// middleware can change the request after the verification.
    seen: Seen,
    /// The result of the previous verification, which an outer gate made.
    pub(super) earlier: Option<Arc<Verified>>,
}

#[derive(Clone)]
enum Outcome {
    Known(Result<Token, Failure>),
    /// A credential that was removed from the request. The credential is verified only when a handler asks who the
    /// caller is, or when an inner gate needs the token.
    Asked(Arc<Asked>),
}

/// A credential that was removed from the request. `outcome` is set when the credential is verified.
struct Asked {
    protocols: Vec<HeaderValue>,
    outcome: OnceLock<Result<Token, Failure>>,
}

impl Verified {
    /// Makes a `Verified` from the result of verifying a request's credentials. Removes from the request the
    /// credentials that handlers must not see.
    pub(crate) fn new(plan: Arc<Plan>, outcome: Result<Token, Failure>, parts: &mut Parts) -> Self {
        plan.gate.strip(&mut parts.headers);
        Self::of(plan, Outcome::Known(outcome), parts)
    }

    /// Removes from a request the credentials that handlers must not see, and keeps them for a later verification.
    /// Returns `None` if the request has no such credentials.
    pub(super) fn later(plan: Arc<Plan>, parts: &mut Parts) -> Option<Self> {
        let protocols = plan.gate.take_protocols(&mut parts.headers)?;
        let asked = Asked { protocols, outcome: OnceLock::new() };
        Some(Self::of(plan, Outcome::Asked(Arc::new(asked)), parts))
    }

    fn of(plan: Arc<Plan>, outcome: Outcome, parts: &Parts) -> Self {
        let seen = plan.gate.credentials_in(parts);
        Self { plan, outcome, seen, earlier: None }
    }

    /// Tells whether the request's DPoP proof has already been accepted. If so, `gate` must not reject the proof as a
    /// replay.
    pub(super) fn proves_for(&self, gate: &Gate) -> bool {
        matches!(self.outcome, Outcome::Known(Ok(_))) && gate.remembers_as(&self.plan.gate)
    }

    /// Tells whether a request still has the credentials that were verified.
    pub(super) fn is_of(&self, parts: &Parts) -> bool {
        self.plan.gate.still_has(parts, &self.seen)
    }

    /// Returns the token if it is valid and satisfies the rules of the gate that verified it.
    pub(crate) async fn accepted(&self, parts: &Parts) -> Result<Token, Failure> {
        self.accepted_by(&self.plan, parts).await
    }

    /// Returns the token if it is valid and meets the rules of `plan`'s gate. This gate must have the same verifier as
    /// the gate that verified the token.
    pub(crate) async fn accepted_by(&self, plan: &Plan, parts: &Parts) -> Result<Token, Failure> {
        let handler = plan.row.handler();
        let token = match &self.outcome {
            Outcome::Known(outcome) => outcome.clone()?,
            // This `Future` is boxed, because few requests need it, and without the box the `Future` of every request
            // would be larger.
            Outcome::Asked(asked) => Box::pin(asked.answer(&self.plan.gate, parts, handler)).await?,
        };
        plan.gate.accept(token, handler)
    }
}

impl Asked {
    /// Verifies the credential, unless it has already been verified.
    async fn answer(&self, gate: &Gate, parts: &Parts, handler: &str) -> Result<Token, Failure> {
        if let Some(known) = self.outcome.get() {
            return known.clone();
        }
        let outcome = gate.verify(&self.whole(parts), handler, false).await;
        self.outcome.get_or_init(|| outcome).clone()
    }

    /// Copies the request's head, and puts the credential back into the copy. The handler does not see this copy.
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
