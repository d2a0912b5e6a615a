//! Enforcement: the one function that lets a request through to a handler, or does not.

use std::sync::{Arc, OnceLock};

use http::{HeaderMap, HeaderValue, header::AUTHORIZATION, request::Parts};

use crate::{
    enforce::{Answers, PathParameters, Prebuilt},
    gate::{Failure, Gate, log},
    refuse::{Reason, Rejection},
    scope::{Filled, Policy, Requirement, Row, Unfilled},
    token::Token,
};

/// Lets a request through to the handler of `row`, and remembers what was found for the extractors that follow.
///
/// Without a gate the answer is 500: a handler that declares a requirement never runs unguarded.
pub(crate) async fn enforce(parts: &mut Parts, row: &Row) -> Result<(), Rejection> {
    let policy = row.policy();
    if policy.requirement.is_public() {
        return Ok(());
    }
    let parameters = match policy.templates().next() {
        Some(_) => PathParameters::of(parts).await,
        None => PathParameters::default(),
    };
    let enforcement = parts.extensions.get::<Enforcement>();
    let Some(plan) = enforcement.and_then(Enforcement::plan) else {
        let handler = row.handler();
        log::misconfigured(&format!(
            "no gate protects `{handler}`; mount it with `Router::protect` or `Gate::layer`"
        ));
        return Err(Rejection::misconfigured());
    };
    let admitted = plan.admit(parts, policy, &parameters).await;
    let admitted = admitted.map_err(|rejection| rejection.to(plan.gate.keep(&parts.headers)))?;
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
}

impl Enforcement {
    pub(crate) fn pending(slot: Arc<Slot>) -> Self {
        Self { slot, admitted: None }
    }

    pub(crate) fn done(slot: Arc<Slot>, admitted: Admitted) -> Self {
        Self { slot, admitted: Some(admitted) }
    }

    pub(crate) fn plan(&self) -> Option<&Plan> {
        self.slot.get()
    }
}

/// What is known of a request that was let through.
#[derive(Clone)]
pub(crate) struct Admitted {
    pub(crate) token: Token,
    pub(crate) policy: Policy,
    /// What the templates come to; nothing where there are none, which is nearly everywhere.
    pub(crate) filled: Option<Arc<Filled>>,
}

/// Where a mounted handler finds its plan; filled once, when its router is protected.
pub(crate) type Slot = OnceLock<Plan>;

/// A gate, the policy that it applies, and the answers that are built already. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Plan {
    pub(crate) gate: Gate,
    pub(crate) policy: Policy,
    /// Those of the policy itself, which need not be looked up.
    answers: Answers,
    prebuilt: Prebuilt,
}

impl Plan {
    pub(crate) fn new(gate: Gate, policy: Policy, prebuilt: Prebuilt) -> Self {
        Self { gate, policy, answers: prebuilt.answers(&policy), prebuilt }
    }

    /// Makes the plan of a layer, which demands no more than the floor; guards inside have the policies `inside`.
    pub(crate) fn of_layer(gate: Gate, inside: impl IntoIterator<Item = Policy>) -> Self {
        let policy = Policy::of(Requirement::AUTHENTICATED);
        let prebuilt = Prebuilt::of(&gate, inside.into_iter().chain([policy]));
        Self::new(gate, policy, prebuilt)
    }

    /// Admits a request whose token meets the gate's floor and the requirement.
    pub(crate) async fn admit(
        &self,
        parts: &Parts,
        policy: Policy,
        parameters: &PathParameters,
    ) -> Result<Admitted, Rejection> {
        let (filled, outcome) = Filled::of(policy.templates(), parameters);
        let token = self.token(parts).await.map_err(|failure| self.reject(failure, policy, &filled))?;
        match outcome {
            Ok(()) => {}
            Err(Unfilled::Illegal) => {
                return Err(self.reject(Failure::For(Reason::IllegalParameter), policy, &filled));
            }
            Err(Unfilled::Missing) => {
                log::misconfigured(
                    "a template names no parameter of the path, or one that stands there twice",
                );
                return Err(Rejection::misconfigured());
            }
        }
        if !self.gate.demand(policy.requirement).with_filled(&filled).is_met_by(token.scopes()) {
            let rejection = self.reject(Failure::For(Reason::InsufficientScope), policy, &filled);
            log::insufficient(&rejection, &token);
            return Err(rejection);
        }
        let filled = policy.templates().next().map(|_| Arc::new(filled));
        Ok(Admitted { token, policy, filled })
    }

    /// Returns the token of a request, from whoever verified it for this gate first.
    pub(crate) async fn token(&self, parts: &Parts) -> Result<Token, Failure> {
        match Verified::of(parts) {
            Some(verified) if verified.plan.gate.is(&self.gate) => verified.outcome.clone(),
            _ => self.gate.verify(&parts.headers).await,
        }
    }

    /// Answers a request that failed, with what was built at startup if it was.
    pub(crate) fn reject(&self, failure: Failure, policy: Policy, filled: &Filled) -> Rejection {
        let found = match failure {
            Failure::For(reason) if policy == self.policy => self.answers.find(reason).cloned(),
            Failure::For(reason) => self.prebuilt.answers(&policy).find(reason).cloned(),
            Failure::Unavailable { .. } => None,
        };
        found.unwrap_or_else(|| self.gate.reject(failure, policy, filled))
    }
}

/// The outcome of an early verification, for whoever asks for the same gate's later.
#[derive(Clone)]
pub(crate) struct Verified {
    pub(crate) plan: Plan,
    pub(crate) outcome: Result<Token, Failure>,
    /// What was verified: a middleware may have changed it since.
    credentials: Vec<HeaderValue>,
}

impl Verified {
    pub(crate) fn new(plan: Plan, outcome: Result<Token, Failure>, headers: &HeaderMap) -> Self {
        Self { plan, outcome, credentials: headers.get_all(AUTHORIZATION).iter().cloned().collect() }
    }

    /// Returns the outcome for the credentials that the request has now.
    pub(crate) fn of(parts: &Parts) -> Option<&Self> {
        let now = parts.headers.get_all(AUTHORIZATION);
        parts.extensions.get::<Self>().filter(|verified| now.iter().eq(&verified.credentials))
    }
}
