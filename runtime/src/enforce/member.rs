//! Which resource a request is for, where the gate has a family of them.

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

/// Why a request is at no resource of a family.
pub(crate) enum Nowhere {
    /// Its path has a value that no resource can have.
    Illegal,
    /// Its path has another form than those of the resources.
    Outside,
}

/// Finds the plan that judges a request: the gate's own, or that for one resource where the gate has a family.
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

/// Finds the plan that judges a request, or answers that there is no resource.
pub(crate) fn plan_or_refusal<'a>(
    plan: &'a Arc<Plan>,
    parts: &Parts,
) -> Result<Cow<'a, Arc<Plan>>, Rejection> {
    plan_for(plan, parts).map_err(|_nowhere| unknown(plan, parts, &[]))
}

/// Finds the plan for a request whose handler waits for its gate, and keeps it with the request.
pub(super) async fn settle(parts: &mut Parts, row: &RowRef) -> Result<(), Rejection> {
    let Some(plan) = parts.extensions.get::<Enforcement>().and_then(Enforcement::plan) else { return Ok(()) };
    let member = match plan_for(plan, parts) {
        Ok(Cow::Owned(member)) => Some(member),
        Ok(Cow::Borrowed(_)) => None,
        // What needs no token may stand beside the resources.
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

/// Checks that the handler sees no other values than those that the resource has: a middleware may have exchanged the path
/// between two routers.
async fn check_parameters(member: &Plan, parts: &mut Parts, row: &RowRef) -> Result<(), Rejection> {
    let path = PathParameters::of(parts).await;
    let resource = member.gate.resource();
    let differs = |(name, value): (&str, &str)| {
        resource.and_then(|resource| resource.parameter(name)).is_some_and(|own| own != value)
    };
    if path.iter().any(differs) {
        let handler = row.handler();
        log::misconfigured(&format!(
            "a parameter in the path of `{handler}` has another value than that of the resource; name it apart, and exchange paths outside of all routers"
        ));
        let demand = Demand::of(row, const { &Filled::NONE });
        return Err(member.tell_refusal(Rejection::misconfigured(), None, &[demand], &of(parts)));
    }
    Ok(())
}

/// Notes a request that nobody has begun to judge.
fn of(parts: &Parts) -> Noted<'_> {
    Noted::of(parts, Watch::default())
}

fn unknown(plan: &Plan, parts: &Parts, demands: &[Demand<'_>]) -> Rejection {
    plan.refuse(Failure::For(Reason::UnknownResource), demands, &of(parts)).to(plan.gate.keep(&parts.headers))
}
