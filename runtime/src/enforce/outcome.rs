//! Checks a token, turns a failure into a refusal, and reports the decision to the observer.

#[cfg(any(feature = "rmcp", feature = "testing"))]
use std::sync::Arc;

use http::request::Parts;

use super::plan::Plan;
use crate::{
    gate::{Failure, log},
    observe::{Decision, Facts, Observer, Outcome, Watch},
    policy::{Demand, Policy, Shortfall},
    refuse::{Reason, Rejection},
    scope::{Filled, Row},
    token::Token,
};
#[cfg(any(feature = "rmcp", feature = "testing"))]
use crate::{policy::step_up_of, refuse::Asked};

/// Decides about a token. Usually, a gate decides. Over stdio, and in tests that call a handler directly, there is no
/// gate, so a policy decides.
#[derive(Clone, Copy)]
pub(crate) enum Judge<'a> {
    Gate(&'a Plan),
    #[cfg(any(feature = "rmcp", feature = "testing"))]
    Local(&'a Local),
}

/// The policy and the observer of a program without a gate.
#[cfg(any(feature = "rmcp", feature = "testing"))]
#[derive(Clone, Default)]
pub(crate) struct Local {
    pub(crate) policy: Policy,
    pub(crate) observer: Option<Arc<dyn Observer>>,
    /// Whether the caller is the local user of a server over stdio. This user has no token. In a test, this field is
    /// `false`, because the caller has a token.
    pub(crate) is_user: bool,
}

#[cfg(any(feature = "rmcp", feature = "testing"))]
impl Local {
    pub(crate) fn is_told(&self) -> bool {
        self.observer.is_some() || log::hears_decisions()
    }

    pub(crate) fn watch(&self) -> Watch {
        Watch::start(self.is_told())
    }
}

/// The facts about a request, except its token and its demands.
#[derive(Clone, Copy, Default)]
pub(crate) struct Noted<'a> {
    parts: Option<&'a Parts>,
    watch: Watch,
    /// The JSON-RPC method of an MCP message, such as `tools/call`.
    method: Option<&'a str>,
    /// An earlier decision about this request. The decision has already been reported.
    before: Option<(&'a Row, Option<&'a Filled>)>,
}

impl<'a> Noted<'a> {
    pub(crate) fn of(parts: &'a Parts, watch: Watch) -> Self {
        Self { parts: Some(parts), watch, ..Self::default() }
    }

    /// Makes a `Noted` for code that does not have the request. The value contains only the time when the check began.
    pub(crate) fn since(watch: Watch) -> Self {
        Self { watch, ..Self::default() }
    }

    /// Records the JSON-RPC method of an MCP message.
    #[cfg(feature = "mcp")]
    pub(crate) fn about(self, method: Option<&'a str>) -> Self {
        Self { method, ..self }
    }

    /// Records an earlier decision, so that the same decision is not reported again.
    pub(crate) fn after(self, row: &'a Row, filled: Option<&'a Filled>) -> Self {
        Self { before: Some((row, filled)), ..self }
    }

    fn repeats(&self, demands: &[Demand<'_>]) -> bool {
        let (Some((row, filled)), [demand]) = (self.before, demands) else { return false };
        let is_filled_alike = filled.map_or(demand.filled.is_empty(), |filled| filled == demand.filled);
        demand.one_of.is_empty() && demand.row == row && is_filled_alike
    }
}

impl<'j> Judge<'j> {
    /// Accepts a token if it meets all demands, and reports the decision. A demand whose row is not public also
    /// requires the scopes of the floor.
    #[inline]
    pub(crate) fn judge(
        self,
        token: &Token,
        demands: &[Demand<'_>],
        noted: &Noted<'_>,
    ) -> Result<(), Rejection> {
        self.recheck(token, demands, noted)?;
        if !noted.repeats(demands) {
            self.tell(Outcome::Allowed, Some(token), demands, noted);
        }
        Ok(())
    }

    /// Decides as [`judge`](Self::judge) does, but reports only refusals. An acceptance is not reported, because
    /// another check of the same request reports it.
    #[inline]
    pub(crate) fn recheck(
        self,
        token: &Token,
        demands: &[Demand<'_>],
        noted: &Noted<'_>,
    ) -> Result<(), Rejection> {
        let Err(shortfall) = self.policy().decide(&token.caller(), demands) else { return Ok(()) };
        let rejection = self.refuse(shortfall, token, demands);
        log::unfilled(shortfall, demands);
        self.tell(Outcome::Refused(rejection.reason()), Some(token), demands, noted);
        Err(rejection)
    }

    /// Accepts a caller without a token only if all operations of the request are public. A refusal names the scopes
    /// with which a token meets all demands.
    #[cfg(feature = "mcp")]
    pub(crate) fn judge_anyone(
        plan: &Plan,
        demands: &[Demand<'_>],
        noted: &Noted<'_>,
    ) -> Result<(), Rejection> {
        if !Self::permits_anyone(demands) {
            return Err(plan.refuse(Failure::For(Reason::MissingToken), demands, noted));
        }
        if !noted.repeats(demands) {
            Judge::Gate(plan).tell(Outcome::Allowed, None, demands, noted);
        }
        Ok(())
    }

    /// Tells whether a caller without a token meets all demands.
    #[cfg(feature = "mcp")]
    pub(crate) fn permits_anyone(demands: &[Demand<'_>]) -> bool {
        !demands.is_empty() && demands.iter().all(Demand::is_public)
    }

    /// Tells whether `judge` would accept a token. The result is not reported, because this method refuses no request.
    pub(crate) fn permits(self, token: &Token, demands: &[Demand<'_>]) -> bool {
        self.policy().decide(&token.caller(), demands).is_ok()
    }

    /// Reports a decision to the observer and to the log. Does nothing if there is no observer and the log is off.
    #[inline]
    pub(crate) fn tell(
        self,
        outcome: Outcome,
        token: Option<&Token>,
        demands: &[Demand<'_>],
        noted: &Noted<'_>,
    ) {
        let (observer, is_heard) = (self.observer(), log::hears(outcome));
        if observer.is_some() || is_heard {
            self.record(observer, is_heard, (outcome, token), demands, noted);
        }
    }

    fn record(
        self,
        observer: Option<&dyn Observer>,
        is_heard: bool,
        (outcome, token): (Outcome, Option<&Token>),
        demands: &[Demand<'_>],
        noted: &Noted<'_>,
    ) {
        let resource = self.plan().and_then(|plan| plan.gate.resource());
        let credential = |plan: &Plan| plan.gate.credential(noted.parts?);
        let decision = Decision {
            outcome,
            facts: Facts {
                policy: self.policy(),
                demands,
                token,
                credential: self.plan().and_then(credential),
                resource: resource.filter(|resource| !resource.is_family()),
                method: noted.method,
                took: noted.watch.took(),
            },
            rows: demands.iter().filter_map(|demand| self.id_of(demand.row, noted)).collect(),
        };
        if is_heard {
            log::decided(&decision);
        }
        if let Some(observer) = observer {
            observer.decided(&decision);
        }
    }

    /// Returns the identifier that a row has in the lock file.
    fn id_of<'a>(self, row: &'a Row, noted: &Noted<'_>) -> Option<&'a str>
    where
        'j: 'a,
    {
        row.id().or_else(|| self.plan()?.places.find(row, noted.parts))
    }

    #[cfg_attr(
        not(any(feature = "rmcp", feature = "testing")),
        expect(clippy::unnecessary_wraps, reason = "there is always a gate without these features")
    )]
    fn plan(self) -> Option<&'j Plan> {
        match self {
            Self::Gate(plan) => Some(plan),
            #[cfg(any(feature = "rmcp", feature = "testing"))]
            Self::Local(_) => None,
        }
    }

    #[inline]
    fn observer(self) -> Option<&'j dyn Observer> {
        match self {
            Self::Gate(plan) => plan.gate.observer(),
            #[cfg(any(feature = "rmcp", feature = "testing"))]
            Self::Local(local) => local.observer.as_deref(),
        }
    }

    fn policy(self) -> &'j Policy {
        match self {
            Self::Gate(plan) => plan.gate.policy(),
            #[cfg(any(feature = "rmcp", feature = "testing"))]
            Self::Local(local) => &local.policy,
        }
    }

    fn refuse(self, shortfall: Shortfall, token: &Token, demands: &[Demand<'_>]) -> Rejection {
        match self {
            Self::Gate(plan) => plan.answer(Failure::of(shortfall.into(), token.scheme()), demands),
            #[cfg(any(feature = "rmcp", feature = "testing"))]
            Self::Local(Local { policy, is_user, .. }) => {
                let asked = match shortfall {
                    Shortfall::Scope | Shortfall::Login => Asked {
                        scopes: policy.to_ask(demands, shortfall == Shortfall::Scope),
                        step_up: step_up_of(demands),
                    },
                    Shortfall::IllegalValue | Shortfall::NoValue => Asked::NOTHING,
                };
                let reason = Reason::from(shortfall);
                let of_user = reason.description_for_local_user().filter(|_| *is_user);
                Rejection::without_gate(reason, of_user.unwrap_or(reason.description()), asked)
            }
        }
    }
}

impl From<Shortfall> for Reason {
    fn from(shortfall: Shortfall) -> Self {
        match shortfall {
            Shortfall::Scope => Self::InsufficientScope,
            Shortfall::Login => Self::InsufficientAuthentication,
            Shortfall::IllegalValue => Self::IllegalParameter,
            Shortfall::NoValue => Self::Misconfigured,
        }
    }
}
