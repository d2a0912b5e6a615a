//! What a request carries to the guard of its handler, and what the guard finds.

use std::sync::{Arc, OnceLock};

use http::{Extensions, request::Parts};

use super::{
    judge::Judge,
    path::PathParameters,
    prebuilt::{Answers, Prebuilt},
    verified::Verified,
};
use crate::{
    gate::{Failure, Gate, log},
    policy::Demand,
    refuse::Rejection,
    scope::{Filled, Requirement, Row},
    token::Token,
};

/// Lets a request through to the handler of `row`, and remembers what was found for the extractors that follow.
///
/// Without a gate the answer is 500: a handler that declares a requirement never runs unguarded.
pub(crate) async fn enforce(parts: &mut Parts, row: &Row) -> Result<(), Rejection> {
    if row.requirement().is_public() {
        return Ok(());
    }
    let parameters =
        if row.terms().has_templates() { PathParameters::of(parts).await } else { PathParameters::default() };
    let enforcement = parts.extensions.get::<Enforcement>();
    let Some(plan) = enforcement.and_then(Enforcement::plan) else {
        let handler = row.handler();
        log::misconfigured(&format!(
            "no gate protects `{handler}`; mount it with `Router::protect` or `Gate::layer`"
        ));
        return Err(Rejection::misconfigured());
    };
    let admitted = plan.admit(parts, row, &parameters).await;
    let admitted = admitted.map_err(|rejection| rejection.to(plan.gate.keep(&parts.headers)))?;
    if plan.gate.strips_credentials() {
        // What is taken off the request is not there for a gate inside, to which the handler may pass it on.
        Verified::leave(&plan.clone(), Ok(admitted.token.clone()), parts);
    }
    if let Some(enforcement) = parts.extensions.get_mut::<Enforcement>() {
        enforcement.admitted = Some(admitted);
    }
    Ok(())
}

/// What a request carries to the guard, in its extensions: which gate it stands before, and what the guard found.
#[derive(Clone)]
pub(crate) struct Enforcement {
    slot: Arc<Slot>,
    pub(crate) admitted: Option<Admitted>,
    /// What a layer further outside has verified.
    pub(crate) earlier: Option<Verified>,
}

impl Enforcement {
    fn pending(slot: Arc<Slot>) -> Self {
        Self { slot, admitted: None, earlier: None }
    }

    /// Puts into a request that a handler waits for the gate of `slot`, and keeps what a layer outside has verified.
    pub(crate) fn begin(slot: Arc<Slot>, request: &mut Extensions) {
        let outer = request.insert(Self::pending(slot));
        if let Some(earlier) = outer.and_then(|outer| outer.earlier)
            && let Some(own) = request.get_mut::<Self>()
        {
            own.earlier = Some(earlier);
        }
    }

    /// Says what a layer has let through, and by which verification.
    pub(crate) fn done(slot: Arc<Slot>, admitted: Admitted, verified: Verified) -> Self {
        Self { slot, admitted: Some(admitted), earlier: Some(verified) }
    }

    pub(crate) fn plan(&self) -> Option<&Arc<Plan>> {
        self.slot.get()
    }
}

/// What is known of a request that was let through.
#[derive(Clone)]
pub(crate) struct Admitted {
    pub(crate) token: Token,
    pub(crate) row: Row,
    /// What the templates come to; nothing where there are none, which is nearly everywhere.
    pub(crate) filled: Option<Arc<Filled>>,
}

impl Admitted {
    pub(crate) fn new(token: Token, row: Row, filled: Filled) -> Self {
        let filled = row.terms().has_templates().then(|| Arc::new(filled));
        Self { token, row, filled }
    }
}

/// Where a mounted handler finds its plan; filled once, when its router is protected.
pub(crate) type Slot = OnceLock<Arc<Plan>>;

/// A gate, the row that it enforces, and the answers that are built already. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Plan {
    pub(crate) gate: Gate,
    pub(crate) row: Row,
    /// Those of the row itself, which need not be looked up.
    answers: Answers,
    prebuilt: Prebuilt,
}

impl Plan {
    pub(crate) fn new(gate: Gate, row: Row, prebuilt: Prebuilt) -> Self {
        Self { gate, answers: prebuilt.answers(row.terms()), row, prebuilt }
    }

    /// Makes the plan of a layer, which demands no more than the floor; guards inside have the rows `inside`.
    pub(crate) fn of_layer<'a>(gate: Gate, inside: impl IntoIterator<Item = &'a Row>) -> Self {
        let floor = Row::new(Requirement::AUTHENTICATED, "the layer", file!(), line!());
        let prebuilt = Prebuilt::of(&gate, inside.into_iter().cloned().chain([floor.clone()]));
        Self::new(gate, floor, prebuilt)
    }

    /// Admits a request whose token meets the gate's floor and the row.
    pub(crate) async fn admit(
        &self,
        parts: &Parts,
        row: &Row,
        parameters: &PathParameters,
    ) -> Result<Admitted, Rejection> {
        let filled = Filled::of(row.terms().templates(), parameters);
        let demand = [Demand::of(row, &filled)];
        let token = self.token(parts).await.map_err(|failure| self.refuse(failure, &demand))?;
        self.judge(&token, &demand)?;
        Ok(Admitted::new(token, row.clone(), filled))
    }

    /// Lets a token through that meets the gate's floor and all demands.
    pub(crate) fn judge(&self, token: &Token, demands: &[Demand<'_>]) -> Result<(), Rejection> {
        Judge::Gate(self).judge(token, demands)
    }

    /// Returns the token of a request, from whoever verified it first.
    pub(crate) async fn token(&self, parts: &Parts) -> Result<Token, Failure> {
        match Verified::by(&self.gate, parts) {
            Some(verified) => verified.accepted_by(&self.gate),
            None => self.gate.accept(self.gate.verify(parts).await?),
        }
    }

    /// Has the token of a request verified, unless it has been, and leaves what was found for those who verify alike inside.
    pub(crate) async fn verify_for_all(self: &Arc<Self>, parts: &mut Parts) -> Result<Token, Failure> {
        if let Some(verified) = Verified::by(&self.gate, parts) {
            return verified.accepted_by(&self.gate);
        }
        let outcome = self.gate.verify(parts).await;
        Verified::leave(self, outcome.clone(), parts);
        self.gate.accept(outcome?)
    }

    /// Answers a request that failed, with what was built at startup if it was.
    pub(crate) fn refuse(&self, failure: Failure, demands: &[Demand<'_>]) -> Rejection {
        let found = match (failure, demands) {
            (Failure::For(reason), [Demand { row, one_of: [], .. }]) if row.terms() == self.row.terms() => {
                self.answers.find(reason).cloned()
            }
            (Failure::For(reason), [Demand { row, one_of: [], .. }]) => {
                self.prebuilt.answers(row.terms()).find(reason).cloned()
            }
            _ => None,
        };
        found.unwrap_or_else(|| self.gate.refuse(failure, demands))
    }
}
