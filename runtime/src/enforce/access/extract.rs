//! Takes the `Access` out of a request.

use std::borrow::Cow;

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use http::request::Parts;

use super::Access;
use crate::{
    enforce::{
        enforce::verify_for_all,
        enforcement::{Enforcement, verified},
        member::plan_for,
        outcome::Noted,
        plan::Plan,
    },
    gate::{Failure, log},
    observe::Watch,
    policy::Demand,
    refuse::{Reason, Rejection},
    scope::Filled,
};

impl<S: Sync> FromRequestParts<S> for Access {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Rejection> {
        if let Some(access) = admitted(parts) {
            return Ok(access);
        }
        let in_handler = parts.extensions.get().is_some_and(Enforcement::is_in_handler);
        let Some(verified) = verified(parts).filter(|_| !in_handler) else {
            log::not_available(
                "Access",
                parts,
                "put the route inside the gate's layer; a `#[public]` handler takes `Option<Access>`, and a middleware takes it inside `Gate::authenticate`",
            );
            return Err(Rejection::misconfigured());
        };
        match verified.accepted(parts).await {
            Ok(token) => Ok(Self::undeclared(&verified.plan, token, &parts.headers)),
            Err(failure) => Err(refuse(&verified.plan, failure, parts)),
        }
    }
}

impl<S: Sync> OptionalFromRequestParts<S> for Access {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Option<Self>, Rejection> {
        if let Some(access) = admitted(parts) {
            return Ok(Some(access));
        }
        if let Some(plan) = parts.extensions.get::<Enforcement>().and_then(Enforcement::plan).cloned() {
            // For a path outside the family, the gate of the whole family is used. This gate rejects every token,
            // because no token is valid outside the family.
            let plan = plan_for(&plan, parts).map_or_else(|_| plan.clone(), Cow::into_owned);
            // The result is stored, because the handler's guard, or a second `Access` in the handler, needs the token
            // later.
            let outcome = verify_for_all(&plan, parts).await;
            return match outcome {
                Ok(token) => Ok(Some(Self::undeclared(&plan, token, &parts.headers))),
                Err(Failure::For(Reason::MissingToken)) => Ok(None),
                Err(failure) => Err(refuse(&plan, failure, parts)),
            };
        }
        let Some(verified) = verified(parts) else {
            log::not_available(
                "Option<Access>",
                parts,
                "put the route inside the gate's layer, or mount the handler with `Router::protect`; a middleware takes it inside `Gate::authenticate`",
            );
            return Err(Rejection::misconfigured());
        };
        let token = verified.accepted(parts).await.ok();
        Ok(token.map(|token| Self::undeclared(&verified.plan, token, &parts.headers)))
    }
}

/// Returns the `Access` of a request if the handler's guard, or the layer around the handler, has let the request
/// through.
fn admitted(parts: &Parts) -> Option<Access> {
    let enforcement = parts.extensions.get::<Enforcement>()?;
    let plan = enforcement.plan()?;
    let mut access = Access::of(plan, enforcement.admitted.as_ref()?, &parts.headers);
    // The row's identifier and the token's identifier are set here, because both come from the request. The code that
    // later reports the handler's own demands to the observer and to the log does not have the request.
    if plan.gate.is_told() {
        if let Some(row) = plan.places.identify(&access.row, parts) {
            access.row = row.into();
        }
        if let Some(text) = plan.gate.credential(parts) {
            access.token = access.token.known_by(text);
        }
    }
    Some(access)
}

fn refuse(plan: &Plan, failure: Failure, parts: &Parts) -> Rejection {
    let (demand, noted) =
        (Demand::of(&plan.row, const { &Filled::NONE }), Noted::of(parts, Watch::default()));
    plan.refuse(failure, &[demand], &noted).to(plan.gate.keep(&parts.headers))
}
