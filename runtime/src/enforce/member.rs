//! Finds the resource of a request, if the gate has a family of resources.

use std::{borrow::Cow, sync::Arc};

use http::request::Parts;

use super::{enforcement::Enforcement, outcome::Noted, path::PathParameters, plan::Plan};
use crate::{
    gate::{Failure, Spot, log},
    observe::Watch,
    policy::Demand,
    refuse::{Reason, Rejection},
    scope::{Filled, RowRef},
};

/// The reason why the gate's family has no resource for a request.
pub(crate) enum Nowhere {
    /// The request's path matches the pattern of the family, but a parameter has an illegal value, or the resource's
    /// identifier would be too long.
    Illegal,
    /// The request's path does not match the pattern of the family.
    Outside,
}

/// Finds the plan for a request. If the gate has a family, returns the plan for the request's resource. Otherwise,
/// returns `plan` unchanged.
pub(crate) fn plan_for<'a>(plan: &'a Arc<Plan>, parts: &Parts) -> Result<Cow<'a, Arc<Plan>>, Nowhere> {
    if !plan.gate.is_of_family() {
        return Ok(Cow::Borrowed(plan));
    }
    match plan.gate.spot(parts) {
        Spot::Member(gate) => Ok(Cow::Owned(Arc::new(plan.with(gate)))),
        Spot::Illegal => Err(Nowhere::Illegal),
        Spot::Outside => Err(Nowhere::Outside),
    }
}

/// Finds the plan for a request, or refuses the request if the gate's family has no resource for it.
pub(crate) fn plan_or_refusal<'a>(
    plan: &'a Arc<Plan>,
    parts: &Parts,
) -> Result<Cow<'a, Arc<Plan>>, Rejection> {
    plan_for(plan, parts).map_err(|_nowhere| unknown(plan, parts, &[]))
}

/// Finds the plan for a request that has reached its handler, and stores the plan in the request.
pub(super) async fn settle(parts: &mut Parts, row: &RowRef) -> Result<(), Rejection> {
    let Some(plan) = parts.extensions.get::<Enforcement>().and_then(Enforcement::plan) else { return Ok(()) };
    let member = match plan_for(plan, parts) {
        Ok(Cow::Owned(member)) => Some(member),
        Ok(Cow::Borrowed(_)) => None,
        // A public operation is allowed outside the family.
        Err(Nowhere::Outside) if row.requirement().is_public() => return Ok(()),
        Err(_) => return Err(unknown(plan, parts, &[Demand::of(row, const { &Filled::NONE })])),
    };
    let Some(enforcement) = parts.extensions.get_mut::<Enforcement>() else { return Ok(()) };
    enforcement.member = member.or(enforcement.member.take());
    match enforcement.member.clone() {
        Some(member) => check_parameters(&member, parts, row).await,
        None => Ok(()),
    }
}

/// Checks that the handler's path and the resource have equal values for the parameters that occur in both. The values
/// can differ if a middleware between two routers has changed the path.
async fn check_parameters(member: &Plan, parts: &mut Parts, row: &RowRef) -> Result<(), Rejection> {
    let path = PathParameters::of(parts).await;
    let resource = member.gate.resource();
    let differs = |(name, value): (&str, &str)| {
        resource.and_then(|resource| resource.parameter(name)).is_some_and(|own| own != value)
    };
    if path.iter().any(differs) {
        let handler = row.handler();
        log::misconfigured(&format!(
            "a parameter in the path of `{handler}` has another value than that of the resource; give it another name, and rewrite paths outside all routers"
        ));
        let demand = Demand::of(row, const { &Filled::NONE });
        return Err(member.tell_refusal(Rejection::misconfigured(), None, &[demand], &of(parts)));
    }
    Ok(())
}

/// Returns the facts about a request whose check has not begun.
fn of(parts: &Parts) -> Noted<'_> {
    Noted::of(parts, Watch::default())
}

fn unknown(plan: &Plan, parts: &Parts, demands: &[Demand<'_>]) -> Rejection {
    plan.refuse(Failure::For(Reason::UnknownResource), demands, &of(parts)).to(plan.gate.keep(&parts.headers))
}
