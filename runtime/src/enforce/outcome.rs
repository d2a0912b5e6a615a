//! The one place that has a token judged, and makes a refusal and a line in the log of what comes of it.

use super::plan::Plan;
use crate::{
    gate::{Failure, log},
    policy::{Demand, Policy, Shortfall},
    refuse::{Reason, Rejection},
    token::Token,
};
#[cfg(any(feature = "rmcp", feature = "testing"))]
use crate::{policy::step_up_of, refuse::Asked};

/// By what a token is judged: by a gate, or by a policy alone where there is no HTTP, as over stdio and in tests.
#[derive(Clone, Copy)]
pub(crate) enum Judge<'a> {
    Gate(&'a Plan),
    #[cfg(any(feature = "rmcp", feature = "testing"))]
    Policy(&'a Policy),
}

impl Judge<'_> {
    /// Lets a token through that meets the floor and all demands.
    pub(crate) fn judge(&self, token: &Token, demands: &[Demand<'_>]) -> Result<(), Rejection> {
        let Err(shortfall) = self.policy().decide(&token.caller(), demands) else { return Ok(()) };
        let rejection = self.refuse(shortfall, demands);
        log::refused(shortfall, &rejection, token, demands);
        Err(rejection)
    }

    /// Lets a caller without a token do what is public, and nothing else. The refusal names what a token for all of it grants.
    #[cfg(feature = "mcp")]
    pub(crate) fn judge_anyone(plan: &Plan, demands: &[Demand<'_>]) -> Result<(), Rejection> {
        if Self::permits_anyone(demands) {
            return Ok(());
        }
        Err(plan.refuse(Failure::For(Reason::MissingToken), demands))
    }

    /// Tells whether a caller without a token may do all of this.
    #[cfg(feature = "mcp")]
    pub(crate) fn permits_anyone(demands: &[Demand<'_>]) -> bool {
        !demands.is_empty() && demands.iter().all(Demand::is_public)
    }

    /// Tells whether a token meets the floor and all demands. Nothing is refused, so nothing is logged.
    pub(crate) fn permits(&self, token: &Token, demands: &[Demand<'_>]) -> bool {
        self.policy().decide(&token.caller(), demands).is_ok()
    }

    fn policy(&self) -> &Policy {
        match self {
            Self::Gate(plan) => plan.gate.policy(),
            #[cfg(any(feature = "rmcp", feature = "testing"))]
            Self::Policy(policy) => policy,
        }
    }

    fn refuse(&self, shortfall: Shortfall, demands: &[Demand<'_>]) -> Rejection {
        match self {
            Self::Gate(plan) => plan.refuse(shortfall.into(), demands),
            #[cfg(any(feature = "rmcp", feature = "testing"))]
            Self::Policy(policy) => {
                let asked = match shortfall {
                    Shortfall::Scope | Shortfall::Login => Asked {
                        scopes: policy.to_ask(demands, shortfall == Shortfall::Scope),
                        step_up: step_up_of(demands),
                    },
                    Shortfall::IllegalValue | Shortfall::NoValue => Asked::NOTHING,
                };
                Rejection::without_gate(shortfall.into(), asked)
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

impl From<Shortfall> for Failure {
    fn from(shortfall: Shortfall) -> Self {
        Self::For(shortfall.into())
    }
}
