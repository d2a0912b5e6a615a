//! Enforcement: the one function that lets a request through to a handler, or does not.

use std::sync::{Arc, OnceLock};

use http::request::Parts;

use crate::{
    gate::{Failure, Gate},
    log,
    reason::Reason,
    rejection::Rejection,
    requirement::Requirement,
    table::Row,
    token::Token,
};

/// Lets a request through to the handler of `row`, and remembers its token for the extractors that follow.
///
/// Without a gate the answer is 500: a handler that declares a requirement never runs unguarded.
pub(crate) async fn enforce(parts: &mut Parts, row: &Row) -> Result<(), Rejection> {
    let requirement = row.requirement();
    if requirement.is_public() {
        return Ok(());
    }
    let enforcement = parts.extensions.get::<Enforcement>();
    let Some(plan) = enforcement.and_then(Enforcement::plan) else {
        let handler = row.handler();
        log::misconfigured(&format!(
            "no gate protects `{handler}`; mount it with `Router::protect` or `Gate::layer`"
        ));
        return Err(Rejection::misconfigured());
    };
    let token = plan.admit(parts, requirement).await?;
    if let Some(enforcement) = parts.extensions.get_mut::<Enforcement>() {
        enforcement.token = Some(token);
    }
    Ok(())
}

/// What a request carries to the guard, in its extensions: which gate it stands before, and its token once verified.
#[derive(Clone)]
pub(crate) struct Enforcement {
    slot: Arc<Slot>,
    pub(crate) token: Option<Token>,
}

impl Enforcement {
    pub(crate) fn pending(slot: Arc<Slot>) -> Self {
        Self { slot, token: None }
    }

    pub(crate) fn verified(slot: Arc<Slot>, token: Token) -> Self {
        Self { slot, token: Some(token) }
    }

    pub(crate) fn plan(&self) -> Option<&Plan> {
        self.slot.get()
    }
}

/// Where a mounted handler finds its plan; filled once, when its router is protected.
pub(crate) type Slot = OnceLock<Plan>;

/// A gate, and the answers that one requirement gets from it. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Plan {
    pub(crate) gate: Gate,
    pub(crate) requirement: Requirement,
    answers: Arc<[Rejection]>,
}

impl Plan {
    pub(crate) fn new(gate: Gate, requirement: Requirement) -> Self {
        let answers = PREBUILT.iter().map(|&reason| gate.reject(Failure::For(reason), requirement)).collect();
        Self { gate, requirement, answers }
    }

    /// Admits a request whose token meets the gate's floor and `requirement`.
    pub(crate) async fn admit(&self, parts: &Parts, requirement: Requirement) -> Result<Token, Rejection> {
        let token = self.token(parts).await.map_err(|failure| self.reject(failure, requirement))?;
        if self.gate.demand(requirement).is_met_by(token.scopes()) {
            return Ok(token);
        }
        let rejection = self.reject(Failure::For(Reason::InsufficientScope), requirement);
        log::insufficient(&rejection, &token);
        Err(rejection)
    }

    /// Returns the token of a request, from whoever verified it for this gate first.
    pub(crate) async fn token(&self, parts: &Parts) -> Result<Token, Failure> {
        match parts.extensions.get::<Verified>() {
            Some(verified) if verified.gate.is(&self.gate) => verified.outcome.clone(),
            _ => self.gate.verify(&parts.headers).await,
        }
    }

    /// Answers a request that failed; what was built at startup serves where the requirement is the plan's own.
    pub(crate) fn reject(&self, failure: Failure, requirement: Requirement) -> Rejection {
        if let Failure::For(reason) = failure
            && requirement == self.requirement
            && let Some(answer) = self.answers.iter().find(|answer| answer.reason() == reason)
        {
            return answer.clone();
        }
        self.gate.reject(failure, requirement)
    }
}

/// The answers that depend on nothing but the gate and the requirement.
const PREBUILT: [Reason; 5] = [
    Reason::MissingToken,
    Reason::InvalidToken,
    Reason::ExpiredToken,
    Reason::InsufficientScope,
    Reason::SeveralCredentials,
];

/// The outcome of an early verification, for whoever asks for the same gate's later.
#[derive(Clone)]
pub(crate) struct Verified {
    pub(crate) gate: Gate,
    pub(crate) outcome: Result<Token, Failure>,
}
