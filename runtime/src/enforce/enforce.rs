//! Enforcement: the function that lets a request through to a handler, or refuses the request.

use std::sync::Arc;

use http::request::Parts;

use super::{
    enforcement::{Admitted, Enforcement, is_proven_for, leave, verified_by},
    group::row_in_group,
    member::settle,
    outcome::{Judge, Noted},
    path::PathParameters,
    plan::Plan,
    verified::Verified,
};
use crate::{
    gate::{Failure, log},
    observe::{Outcome, Watch},
    policy::Demand,
    refuse::Rejection,
    scope::{Filled, RowRef},
    token::Token,
};

/// Lets a request through to the handler of `row`, or refuses the request. Stores the result for later extractors.
///
/// If a handler with a requirement has no gate, the answer is 500. So a handler with a requirement runs only after a
/// check.
pub(crate) async fn enforce(parts: &mut Parts, row: &RowRef) -> Result<(), Rejection> {
    let mut enforcement = parts.extensions.get::<Enforcement>();
    if enforcement.is_some_and(Enforcement::is_at_family) {
        // This `Future` is boxed, because few requests need it, and without the box the `Future` of every request would
        // be larger.
        Box::pin(settle(parts, row)).await?;
        enforcement = parts.extensions.get();
    }
    let mut watch = Watch::default();
    if let Some(plan) = enforcement.and_then(Enforcement::plan) {
        watch = plan.gate.watch();
    }
    let in_group = row_in_group(enforcement, row, &Noted::of(parts, watch))?;
    let row = in_group.as_ref().unwrap_or(row);
    if row.requirement().is_public() {
        if let Some(plan) = enforcement.and_then(Enforcement::plan) {
            let demand = Demand::of(row, const { &Filled::NONE });
            Judge::Gate(plan).tell(Outcome::Allowed, None, &[demand], &Noted::of(parts, watch));
        }
        set_aside(parts);
        if let Some(enforcement) = parts.extensions.get_mut::<Enforcement>() {
            enforcement.is_public = true;
        }
        return Ok(());
    }
    let filled = if row.terms().has_templates() {
        // This `Future` is boxed, because few requests need it, and without the box the `Future` of every request would
        // be larger.
        let path = Box::pin(PathParameters::of(parts)).await;
        enforcement = parts.extensions.get();
        path.fill(row, enforcement.and_then(Enforcement::plan).map(|plan| &**plan))
    } else {
        Filled::default()
    };
    let Some(plan) = enforcement.and_then(Enforcement::plan) else {
        let handler = row.handler();
        log::misconfigured(&format!(
            "no gate protects `{handler}`; mount it with `Router::protect` or `Gate::layer`; if the program has a `Gate::layer`, add the route above the line that adds the layer"
        ));
        return Err(Rejection::misconfigured());
    };
    let token = token(plan, enforcement, parts).await;
    // The decision is made after the last `.await`, so that the `Future` of a waiting request stays small.
    let admitted = admit(plan, token, row, filled, &Noted::of(parts, watch));
    let admitted = admitted.map_err(|rejection| rejection.to(plan.gate.keep(&parts.headers)))?;
    if plan.gate.verifies_for_all() {
        // The handler can pass the request on to an inner gate. That gate cannot verify the token again, because the
        // token is removed from the request, or because its proof is accepted only once.
        let verified = Verified::new(plan.clone(), Ok(admitted.token.clone()), parts);
        leave(verified, &mut parts.extensions);
    }
    if let Some(enforcement) = parts.extensions.get_mut::<Enforcement>() {
        enforcement.admitted = Some(admitted);
    }
    Ok(())
}

/// Does the same as [`enforce`], but always stores the result of the verification for inner gates.
pub(crate) async fn enforce_for_gates_inside(parts: &mut Parts, row: &RowRef) -> Result<(), Rejection> {
    enforce(parts, row).await?;
    let enforcement = parts.extensions.get::<Enforcement>();
    if let Some((plan, admitted)) = enforcement.and_then(|own| own.plan().zip(own.admitted.as_ref())) {
        let (plan, token) = (plan.clone(), admitted.token.clone());
        let verified = Verified::new(plan, Ok(token), parts);
        leave(verified, &mut parts.extensions);
    }
    Ok(())
}

/// Removes credentials from a request to a public handler if handlers must not see them. Keeps them for an
/// `Option<Access>`. The credentials are not verified yet, because most public handlers do not ask who calls.
fn set_aside(parts: &mut Parts) {
    let plan = parts.extensions.get::<Enforcement>().and_then(Enforcement::plan);
    if let Some(plan) = plan.filter(|plan| plan.gate.strips_credentials()).cloned()
        && let Some(verified) = Verified::later(plan, parts)
    {
        leave(verified, &mut parts.extensions);
    }
}

/// Admits a request if its token meets the gate's floor and the row's requirement.
fn admit(
    plan: &Plan,
    token: Result<Token, Failure>,
    row: &RowRef,
    filled: Filled,
    noted: &Noted<'_>,
) -> Result<Admitted, Rejection> {
    let demand = [Demand::of(row, &filled)];
    let token = token.map_err(|failure| plan.refuse(failure, &demand, noted))?;
    Judge::Gate(plan).judge(&token, &demand, noted)?;
    Ok(Admitted::new(token, row.clone(), filled))
}

/// Returns the verified token of a request. If an outer gate with the same verifier has already verified the token, the
/// result of that gate is used.
pub(crate) async fn token(
    plan: &Plan,
    enforcement: Option<&Enforcement>,
    parts: &Parts,
) -> Result<Token, Failure> {
    if let Some(verified) = verified_by(&plan.gate, enforcement, parts) {
        return verified.accepted_by(plan, parts).await;
    }
    let handler = plan.row.handler();
    let is_proven = is_proven_for(&plan.gate, enforcement, parts);
    plan.gate.accept(plan.gate.verify(parts, handler, is_proven).await?, handler)
}

/// Verifies the token of a request, and stores the result for inner gates with the same verifier. Uses the result of an
/// outer gate with the same verifier, if that gate has already verified the token.
pub(crate) async fn verify_for_all(plan: &Arc<Plan>, parts: &mut Parts) -> Result<Token, Failure> {
    if let Some(verified) = verified_by(&plan.gate, parts.extensions.get(), parts) {
        return verified.accepted_by(plan, parts).await;
    }
    let handler = plan.row.handler();
    let is_proven = is_proven_for(&plan.gate, parts.extensions.get(), parts);
    let outcome = plan.gate.verify(parts, handler, is_proven).await;
    let verified = Verified::new(plan.clone(), outcome.clone(), parts);
    leave(verified, &mut parts.extensions);
    plan.gate.accept(outcome?, handler)
}
