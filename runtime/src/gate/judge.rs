//! What a gate does with a request: verify its token, and answer where that, or the decision, fails.

use std::borrow::Cow;

use http::HeaderMap;

use super::{Failure, Gate, Protects, Strategy};
use crate::{
    gate::log,
    policy::Demand,
    refuse::{Challenge, ErrorCode, Reason, Rejection},
    scope::{Filled, Need, Policy, Requirement, ScopeTable, ScopeToken},
    token::{Credentials, Token, VerifyError},
};

impl Gate {
    /// Reads and verifies the token of a request.
    pub(crate) async fn verify(&self, headers: &HeaderMap) -> Result<Token, Failure> {
        let token = match Credentials::of(headers) {
            Credentials::Bearer(token) => self.0.verifier.verify(token).await,
            Credentials::Absent => return Err(Failure::For(Reason::MissingToken)),
            Credentials::Several => return Err(Failure::For(Reason::SeveralCredentials)),
            Credentials::NotAToken => return Err(Failure::For(Reason::InvalidToken)),
        };
        let token = token.and_then(|token| self.refuse_bound(token));
        token.inspect_err(log::not_verified).map_err(|error| (&error).into())
    }

    fn refuse_bound(&self, token: Token) -> Result<Token, VerifyError> {
        if token.is_bound() && !self.0.accepts_bound_tokens {
            return Err(VerifyError::invalid(
                "it is bound to a key (`cnf`), and came as a plain bearer token",
            ));
        }
        Ok(token)
    }

    /// Joins the floor with what an operation needs.
    pub(crate) fn demand(&self, requirement: Requirement) -> Demand<'_> {
        let scopes = &self.0.scopes;
        Demand::new(&scopes.floor, requirement).with_hierarchy(&scopes.hierarchy)
    }

    /// Builds the answer to a request that failed before an operation.
    pub(crate) fn reject(&self, failure: Failure, policy: Policy, filled: &Filled) -> Rejection {
        match failure {
            Failure::Unavailable { retry_after } => {
                Rejection::unavailable(self.describe(Reason::Unavailable), retry_after, &self.0.bodies)
            }
            Failure::For(reason) => self.answer(reason, &[], policy, filled),
        }
    }

    /// Builds the answer to a handler's own demand for `need`, on top of what the operation needs.
    pub(crate) fn reject_for(&self, need: Need, policy: Policy, filled: &Filled) -> Rejection {
        self.answer(Reason::InsufficientScope, &[need], policy, filled)
    }

    /// Builds the refusal of a handler for a reason that is not about scopes.
    pub(crate) fn deny(&self, why: Cow<'static, str>) -> Rejection {
        Rejection::new(Reason::Denied, why, Vec::new(), None, &self.0.bodies)
    }

    fn answer(&self, reason: Reason, more: &[Need], policy: Policy, filled: &Filled) -> Rejection {
        if !reason.is_challenge() {
            return Rejection::new(reason, self.describe(reason), Vec::new(), None, &self.0.bodies);
        }
        self.refuse(reason, self.to_ask(reason, more, policy, filled))
    }

    /// Builds the answer that asks for `scopes`.
    pub(crate) fn refuse(&self, reason: Reason, scopes: Vec<ScopeToken>) -> Rejection {
        let scopes = self.0.scopes.asked(scopes);
        let challenge = self.challenge(reason, &scopes).to_header_value();
        Rejection::new(reason, self.describe(reason), scopes, Some(challenge), &self.0.bodies)
    }

    /// Makes a refusal of this gate's the answer to the JSON-RPC request `id`.
    #[cfg(feature = "mcp")]
    pub(crate) fn name_request(&self, refusal: Rejection, id: &serde_json::Value) -> Rejection {
        refusal.for_request(id, &self.0.bodies)
    }

    /// Returns the scopes to ask for: the floor's, the operation's, `more`, and what the strategy adds.
    pub(crate) fn to_ask(
        &self,
        reason: Reason,
        more: &[Need],
        policy: Policy,
        filled: &Filled,
    ) -> Vec<ScopeToken> {
        let scopes = &self.0.scopes;
        let related = match (reason, scopes.strategy) {
            (Reason::InsufficientScope, Strategy::Recommended) => policy.related,
            _ => &[],
        };
        let demand = self.demand(policy.requirement).with_filled(filled);
        demand.ask_with(&[more, related].concat())
    }

    /// Returns the rows whose challenge no server would pass on.
    pub(super) fn oversized(&self, table: &ScopeTable) -> impl Iterator<Item = String> {
        table.entries().iter().filter_map(|entry| {
            let (reason, filled) = (Reason::InsufficientScope, Filled::default());
            let scopes = self.to_ask(reason, entry.row().also(), entry.row().policy(), &filled);
            let scopes = self.0.scopes.asked(scopes);
            let fits = self.challenge(reason, &scopes).fits();
            let handler = entry.row().handler();
            (!fits).then(|| {
                format!(
                    "the challenge of `{handler}` has more than 8 KiB; let it need fewer or shorter scopes"
                )
            })
        })
    }

    fn challenge(&self, reason: Reason, scopes: &[ScopeToken]) -> Challenge {
        let challenge = match &self.0.protects {
            Protects::Resource(resource) => Challenge::new(resource),
            Protects::Realm(realm) => Challenge::in_realm(realm.clone()),
        };
        let challenge = challenge.with_scopes(scopes.iter().cloned());
        let missing = self.0.missing_is_invalid.then_some(ErrorCode::InvalidToken);
        match reason.error().or(missing) {
            Some(error) => challenge.with_error(error, &self.describe(reason)),
            None => challenge,
        }
    }

    fn describe(&self, reason: Reason) -> Cow<'static, str> {
        let own = self.0.texts.as_ref().and_then(|texts| texts.describe(reason));
        own.unwrap_or(reason.description().into())
    }
}
