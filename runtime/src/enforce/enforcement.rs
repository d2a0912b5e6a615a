//! What a request carries from a layer or a router to the guard of its handler, and from there to the handler.

use std::sync::Arc;

use http::{Extensions, request::Parts};

use super::{
    plan::{Plan, Slot},
    verified::Verified,
};
use crate::{
    gate::{Failure, Gate},
    scope::{Filled, RowRef},
    token::Token,
};

/// What a request carries to the guard, in its extensions: which gate it stands before, and what the guard found.
#[derive(Clone)]
pub(crate) struct Enforcement {
    slot: Arc<Slot>,
    /// The plan for the one resource that the request is for, where the gate has a family of them.
    pub(super) member: Option<Arc<Plan>>,
    pub(crate) admitted: Option<Admitted>,
    /// Whether the request needs no token, and was let through for that.
    pub(super) is_public: bool,
    /// What a layer further outside has verified.
    earlier: Option<Verified>,
}

impl Enforcement {
    fn pending(slot: Arc<Slot>) -> Self {
        Self { slot, member: None, admitted: None, is_public: false, earlier: None }
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
        let of_family = slot.get().is_some_and(|plan| plan.gate.is_of_family());
        let member = of_family.then(|| verified.plan.clone());
        Self { slot, member, admitted: Some(admitted), is_public: false, earlier: Some(verified) }
    }

    /// Says what a layer has verified, in a request to a handler that waits for the gate of its own router.
    pub(crate) fn follow(&mut self, verified: Verified) {
        self.earlier = Some(verified);
    }

    /// Tells whether the guard of the handler has yet to decide. What is inside a handler has gates of its own.
    pub(crate) fn is_pending(&self) -> bool {
        self.admitted.is_none() && !self.is_public
    }

    pub(crate) fn plan(&self) -> Option<&Arc<Plan>> {
        self.member.as_ref().or_else(|| self.slot.get())
    }
}

/// What is known of a request that was let through.
#[derive(Clone)]
pub(crate) struct Admitted {
    pub(crate) token: Token,
    pub(crate) row: RowRef,
    /// What the templates come to; nothing where there are none, which is nearly everywhere.
    pub(crate) filled: Option<Arc<Filled>>,
}

impl Admitted {
    pub(crate) fn new(token: Token, row: RowRef, filled: Filled) -> Self {
        let filled = (!filled.is_empty()).then(|| Arc::new(filled));
        Self { token, row, filled }
    }
}

/// Leaves what came of the credentials of a request for those who ask inside.
pub(crate) fn leave(plan: &Arc<Plan>, outcome: Result<Token, Failure>, parts: &mut Parts) {
    let verified = Verified::new(plan.clone(), outcome, parts);
    let Some(enforcement) = parts.extensions.get_mut::<Enforcement>() else {
        parts.extensions.insert(verified);
        return;
    };
    if let Some(older) = enforcement.earlier.replace(verified) {
        parts.extensions.insert(older);
    }
}

/// Iterates over what was found further outside for the credentials that the request has now: by a layer that let it
/// through, and by one that asked early.
fn found(parts: &Parts) -> impl Iterator<Item = &Verified> {
    let enforced = parts.extensions.get::<Enforcement>().and_then(|enforcement| enforcement.earlier.as_ref());
    enforced.into_iter().chain(parts.extensions.get()).filter(|verified| verified.is_of(parts))
}

/// Returns what was found further outside.
pub(crate) fn verified(parts: &Parts) -> Option<&Verified> {
    found(parts).next()
}

/// Returns what a gate that verifies as `gate` does found further outside.
pub(crate) fn verified_by<'a>(gate: &Gate, parts: &'a Parts) -> Option<&'a Verified> {
    found(parts).find(|verified| verified.plan.gate.verifies_as(gate))
}
