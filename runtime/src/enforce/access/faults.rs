//! Messages about mistakes that handlers make when they ask for a scope. The log and the refusals contain these
//! messages.

use super::{Access, Authority};
#[cfg(any(feature = "rmcp", feature = "testing"))]
use crate::scope::parameters;
use crate::{
    enforce::outcome::Noted,
    gate::log,
    observe::Outcome,
    policy::Demand,
    refuse::{Reason, Rejection},
    scope::{Filled, NeedRef, Row, Unfilled, fits},
    shown,
};

impl Access {
    /// Logs each template that has no value. A value is missing because of a mistake in the handler, in the route's
    /// path, or in the test that calls the handler. No token covers a template without a value. Only the log says why
    /// the value is missing.
    pub(super) fn log_faults_of(&self, asked: &Row, filled: &Filled) {
        let is_declared = |template: &str| self.row.terms().templates().any(|known| *known == *template);
        for template in asked.terms().templates() {
            if filled.get(&template) != Err(Unfilled::Missing) {
                continue;
            }
            let fault = if is_declared(&template) {
                self.without_value(&template, self.filled())
            } else {
                format!(
                    "asks about the template `{template}` without declaring it, so no token covers it; name it in `also(..)`"
                )
            };
            log::misconfigured(&fault_of(&self.row, &fault));
        }
    }

    /// Says why a declared template has no value. Before the handler's guard runs, `filled` is empty. The guard makes
    /// an entry for each declared template, even if the template has no value.
    fn without_value(&self, template: &str, filled: &Filled) -> String {
        match self.authority {
            // The guard has not run yet, because the `Access` is that of a middleware around the handler.
            Authority::Gate(_) if filled.is_empty() => {
                format!(
                    "has no values for the parameters of `{template}` before its guard runs; ask in the handler"
                )
            }
            Authority::Gate(_) => {
                format!(
                    "needs `{template}`, but its path lacks a parameter of this template, or has it twice"
                )
            }
            #[cfg(any(feature = "rmcp", feature = "testing"))]
            Authority::Local(_) => {
                let names =
                    parameters(template).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
                format!(
                    "lacks a value for a parameter of `{template}`; in a test, set {names} with `Access::with_parameters`"
                )
            }
        }
    }

    /// Says why a handler cannot demand `scope`.
    pub(super) fn why_undeclared(&self, scope: &str) -> String {
        let mut templates = self.row.terms().demandable().filter_map(NeedRef::template);
        let declared = templates.find(|template| fits(template, scope));
        // The scope can contain text from the request.
        let scope = shown::text(scope);
        match declared {
            None => format!("demands the scope `{scope}` without declaring it; name it in `also(..)`"),
            Some(template) => format!(
                "demands the scope `{scope}`, which the attribute declares as `{template}`; pass this template as it is written there"
            ),
        }
    }

    pub(super) fn misconfigured(&self, fault: &str) -> Rejection {
        let fault = fault_of(&self.row, fault);
        log::misconfigured(&fault);
        let rejection = Rejection::misconfigured().because(&fault);
        let (outcome, demand) = (Outcome::Refused(rejection.reason()), Demand::of(&self.row, self.filled()));
        self.judge().tell(outcome, Some(&self.token), &[demand], &Noted::default());
        rejection
    }

    /// If a template without a value caused the refusal, adds an explanation that names this template.
    pub(super) fn with_fault(&self, rejection: Rejection, demand: Demand<'_>) -> Rejection {
        let mut templates = demand.row.terms().templates();
        let is_missing = |template: &_| demand.filled.get(template) == Err(Unfilled::Missing);
        match templates.find(|template| is_missing(template)) {
            Some(template) if rejection.reason() == Reason::Misconfigured => {
                rejection.because(&fault_of(demand.row, &self.without_value(&template, demand.filled)))
            }
            _ => rejection,
        }
    }
}

fn fault_of(row: &Row, fault: &str) -> String {
    format!("`{}` {fault}", row.handler())
}
