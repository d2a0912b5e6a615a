//! What a request carries from a layer or a router to the guard of its handler, and from there to the handler.

use std::{fmt, iter, sync::Arc};

use http::{Extensions, request::Parts};

use super::{
    plan::{Plan, Slot},
    verified::Verified,
};
use crate::{
    gate::Gate,
    scope::{Filled, RowRef},
    token::Token,
};

/// What a request carries in its extensions: which gate it stands before, what the guard found, and what was verified.
#[derive(Clone)]
pub(crate) struct Enforcement {
    /// Where the guard of a handler finds its gate; `None` where a layer has verified, and no handler waits yet.
    slot: Option<Arc<Slot>>,
    /// The plan for the one resource that the request is for, where the gate has a family of them.
    pub(super) member: Option<Arc<Plan>>,
    pub(crate) admitted: Option<Admitted>,
    /// Whether the request needs no token, and was let through for that.
    pub(super) is_public: bool,
    /// What was verified further outside, the last first.
    earlier: Option<Verified>,
}

impl Enforcement {
    fn of(slot: Option<Arc<Slot>>, admitted: Option<Admitted>) -> Self {
        Self { slot, member: None, admitted, is_public: false, earlier: None }
    }

    /// Puts into a request that a handler waits for the gate of `slot`, and keeps what was verified outside.
    pub(crate) fn begin(slot: Arc<Slot>, request: &mut Extensions) {
        let outer = request.insert(Self::of(Some(slot), None));
        if let Some(earlier) = outer.and_then(|outer| outer.earlier)
            && let Some(own) = request.get_mut::<Self>()
        {
            own.earlier = Some(earlier);
        }
    }

    /// Says what a layer has let through by this plan, and by which verification if somebody inside may ask for it.
    pub(crate) fn done(
        slot: Arc<Slot>,
        plan: &Arc<Plan>,
        admitted: Admitted,
        verified: Option<Verified>,
        request: &mut Extensions,
    ) {
        let earlier = request.remove::<Self>().and_then(|outer| outer.earlier);
        let of_family = slot.get().is_some_and(|plan| plan.gate.is_of_family());
        let mut own = Self::of(Some(slot), Some(admitted));
        own.member = of_family.then(|| plan.clone());
        own.earlier = earlier;
        if let Some(verified) = verified {
            own.follow(verified);
        }
        request.insert(own);
    }

    /// Says that a layer has let through a request without a token, for what needs none.
    #[cfg(feature = "mcp")]
    pub(crate) fn done_for_anyone(slot: Arc<Slot>, plan: &Arc<Plan>, request: &mut Extensions) {
        let of_family = slot.get().is_some_and(|plan| plan.gate.is_of_family());
        Self::begin(slot, request);
        if let Some(own) = request.get_mut::<Self>() {
            own.member = of_family.then(|| plan.clone());
            own.is_public = true;
        }
    }

    /// Says what was verified.
    pub(crate) fn follow(&mut self, mut verified: Verified) {
        verified.earlier = self.earlier.take().map(Arc::new);
        self.earlier = Some(verified);
    }

    /// Tells whether the request is one to a handler that finds its gate here.
    pub(super) fn is_in_handler(&self) -> bool {
        self.slot.is_some()
    }

    /// Tells whether the guard of the handler has yet to decide. What is inside a handler has gates of its own.
    pub(crate) fn is_pending(&self) -> bool {
        self.slot.is_some() && self.admitted.is_none() && !self.is_public
    }

    /// Tells whether the request was let through for what needs no token.
    #[cfg(feature = "rmcp")]
    pub(crate) fn is_public(&self) -> bool {
        self.is_public
    }

    /// Tells whether the gate has a family of resources, of which the request is for one.
    pub(super) fn is_at_family(&self) -> bool {
        self.member.is_some() || self.plan().is_some_and(|plan| plan.gate.is_of_family())
    }

    pub(crate) fn plan(&self) -> Option<&Arc<Plan>> {
        self.member.as_ref().or_else(|| self.slot.as_ref()?.get())
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

/// By which plan and with which token a request was let through, for what happens after it; without one for what is public.
#[expect(unnameable_types, reason = "only the layers of this crate change answers")]
#[derive(Clone)]
pub struct Passed {
    #[cfg_attr(
        not(feature = "mcp"),
        expect(dead_code, reason = "of the layers, those of MCP alone change answers")
    )]
    pub(crate) plan: Arc<Plan>,
    pub(crate) token: Option<Token>,
}

impl fmt::Debug for Passed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Passed").field("token", &self.token).finish_non_exhaustive()
    }
}

impl Passed {
    pub(crate) fn of(request: &Extensions) -> Option<Self> {
        let enforcement = request.get::<Enforcement>()?;
        let (plan, admitted) = (enforcement.plan()?, enforcement.admitted.as_ref());
        let token = admitted.map(|admitted| admitted.token.clone());
        (token.is_some() || enforcement.is_public).then(|| Self { plan: plan.clone(), token })
    }
}

/// Leaves what came of the credentials of a request for those who ask inside.
pub(crate) fn leave(verified: Verified, request: &mut Extensions) {
    if let Some(enforcement) = request.get_mut::<Enforcement>() {
        return enforcement.follow(verified);
    }
    let mut enforcement = Enforcement::of(None, None);
    enforcement.follow(verified);
    request.insert(enforcement);
}

/// Iterates over what was found further outside for the credentials that the request has now.
fn found<'a>(enforcement: Option<&'a Enforcement>, parts: &Parts) -> impl Iterator<Item = &'a Verified> {
    let last = enforcement.and_then(|enforcement| enforcement.earlier.as_ref());
    iter::successors(last, |verified| verified.earlier.as_deref()).filter(|verified| verified.is_of(parts))
}

/// Returns what was found further outside.
pub(crate) fn verified(parts: &Parts) -> Option<&Verified> {
    found(parts.extensions.get(), parts).next()
}

/// Tells whether a proof of the request has counted further outside for `gate`, which is to verify the token itself.
pub(crate) fn is_proven_for(gate: &Gate, enforcement: Option<&Enforcement>, parts: &Parts) -> bool {
    let has_earlier = enforcement.is_some_and(|enforcement| enforcement.earlier.is_some());
    has_earlier && found(enforcement, parts).any(|verified| verified.proves_for(gate))
}

/// Returns what a gate that verifies as `gate` does found further outside.
pub(crate) fn verified_by<'a>(
    gate: &Gate,
    enforcement: Option<&'a Enforcement>,
    parts: &Parts,
) -> Option<&'a Verified> {
    // Nearly always nobody has verified anything.
    enforcement?.earlier.as_ref()?;
    found(enforcement, parts).find(|verified| verified.plan.gate.verifies_as(gate))
}
