//! The data that a request carries from a layer or router to the handler's guard, and then to the handler.

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

/// The data that scopegate keeps in a request's extensions: the gate, the result of the guard, and the verified token.
#[derive(Clone)]
pub(crate) struct Enforcement {
    /// The place where the handler's guard finds the gate. The slot is `None` until the request reaches a gate that
    /// admits or refuses it.
    slot: Option<Arc<Slot>>,
    /// The plan for the resource of the request, if the gate has a family.
    pub(super) member: Option<Arc<Plan>>,
    pub(crate) admitted: Option<Admitted>,
    /// Whether the request was let through because the operation is public.
    pub(super) is_public: bool,
    /// The latest verification by an outer gate. Each verification points to the previous verification.
    earlier: Option<Verified>,
}

impl Enforcement {
    fn of(slot: Option<Arc<Slot>>, admitted: Option<Admitted>) -> Self {
        Self { slot, member: None, admitted, is_public: false, earlier: None }
    }

    /// Stores the slot of the handler's gate in the request, and keeps the verifications that outer gates made.
    pub(crate) fn begin(slot: Arc<Slot>, request: &mut Extensions) {
        let outer = request.insert(Self::of(Some(slot), None));
        if let Some(earlier) = outer.and_then(|outer| outer.earlier)
            && let Some(own) = request.get_mut::<Self>()
        {
            own.earlier = Some(earlier);
        }
    }

    /// Records that a layer has let the request through under this plan. `verified` is the result of the verification,
    /// or `None` if neither inner gates nor handlers need the result.
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

    /// Records that a layer has let the request through without a token, because the operation is public.
    #[cfg(feature = "mcp")]
    pub(crate) fn done_for_anyone(slot: Arc<Slot>, plan: &Arc<Plan>, request: &mut Extensions) {
        let of_family = slot.get().is_some_and(|plan| plan.gate.is_of_family());
        Self::begin(slot, request);
        if let Some(own) = request.get_mut::<Self>() {
            own.member = of_family.then(|| plan.clone());
            own.is_public = true;
        }
    }

    /// Records a verification.
    pub(crate) fn follow(&mut self, mut verified: Verified) {
        verified.earlier = self.earlier.take().map(Arc::new);
        self.earlier = Some(verified);
    }

    /// Tells whether the request has reached a gate that can refuse it. A layer that only verifies tokens does not
    /// count.
    pub(super) fn is_in_handler(&self) -> bool {
        self.slot.is_some()
    }

    /// Tells whether the handler's guard must still decide about the request. Until the guard has decided, the layer of
    /// a second gate demands only a valid token that grants the floor of the second gate. After the guard has decided,
    /// the handler may pass the request to a service with another gate. This other gate makes its own decision.
    pub(crate) fn is_pending(&self) -> bool {
        self.slot.is_some() && self.admitted.is_none() && !self.is_public
    }

    /// Tells whether the request was let through because the operation is public.
    #[cfg(feature = "rmcp")]
    pub(crate) fn is_public(&self) -> bool {
        self.is_public
    }

    /// Tells whether the request's gate has a family of resources.
    pub(super) fn is_at_family(&self) -> bool {
        self.member.is_some() || self.plan().is_some_and(|plan| plan.gate.is_of_family())
    }

    pub(crate) fn plan(&self) -> Option<&Arc<Plan>> {
        self.member.as_ref().or_else(|| self.slot.as_ref()?.get())
    }
}

/// The facts about a request that was let through.
#[derive(Clone)]
pub(crate) struct Admitted {
    pub(crate) token: Token,
    pub(crate) row: RowRef,
    /// The scopes made from the handler's templates. The field is usually `None`, because most handlers have no
    /// templates.
    pub(crate) filled: Option<Arc<Filled>>,
}

impl Admitted {
    pub(crate) fn new(token: Token, row: RowRef, filled: Filled) -> Self {
        let filled = (!filled.is_empty()).then(|| Arc::new(filled));
        Self { token, row, filled }
    }
}

/// The plan of the gate that let a request through, and the verified token. A layer that changes the answer to the
/// request needs this data. For a public operation, there is no token.
#[expect(unnameable_types, reason = "only the layers of this crate change answers")]
#[derive(Clone)]
pub struct Passed {
    #[cfg_attr(not(feature = "mcp"), expect(dead_code, reason = "only the layers of MCP change answers"))]
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

/// Stores the result of verifying a request's credentials. Inner gates and handlers can use this result.
pub(crate) fn leave(verified: Verified, request: &mut Extensions) {
    if let Some(enforcement) = request.get_mut::<Enforcement>() {
        return enforcement.follow(verified);
    }
    let mut enforcement = Enforcement::of(None, None);
    enforcement.follow(verified);
    request.insert(enforcement);
}

/// Iterates over the verifications that outer gates have made. Leaves out a verification if the request's credentials
/// have changed since the verification. A middleware between two gates can change the credentials.
fn found<'a>(enforcement: Option<&'a Enforcement>, parts: &Parts) -> impl Iterator<Item = &'a Verified> {
    let last = enforcement.and_then(|enforcement| enforcement.earlier.as_ref());
    iter::successors(last, |verified| verified.earlier.as_deref()).filter(|verified| verified.is_of(parts))
}

/// Returns the latest verification of the request's credentials by an outer gate.
pub(crate) fn verified(parts: &Parts) -> Option<&Verified> {
    found(parts.extensions.get(), parts).next()
}

/// Tells whether an outer gate has already accepted the request's proof. If so, `gate` must not reject the proof as a
/// replay.
pub(crate) fn is_proven_for(gate: &Gate, enforcement: Option<&Enforcement>, parts: &Parts) -> bool {
    let has_earlier = enforcement.is_some_and(|enforcement| enforcement.earlier.is_some());
    has_earlier && found(enforcement, parts).any(|verified| verified.proves_for(gate))
}

/// Returns the latest verification by an outer gate that verifies in the same way as `gate` (see `Gate::verifies_as`).
pub(crate) fn verified_by<'a>(
    gate: &Gate,
    enforcement: Option<&'a Enforcement>,
    parts: &Parts,
) -> Option<&'a Verified> {
    // This check comes first, because usually there is no earlier verification.
    enforcement?.earlier.as_ref()?;
    found(enforcement, parts).find(|verified| verified.plan.gate.verifies_as(gate))
}
