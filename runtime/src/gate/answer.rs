//! Builds the answer to a refused request.

use std::borrow::Cow;

use http::StatusCode;

use super::{Failure, Gate, Protects, bindings::DpopUse};
use crate::{
    policy::{Demand, step_up_of},
    refuse::{Asked, Challenge, ErrorCode, NO_CHALLENGE, Reason, Rejection},
    token::Scheme,
    verify::Texts,
};

impl Gate {
    /// Builds the answer to a failed request. If the answer has a challenge, the list `demands` determines which scopes
    /// and which login the challenge asks for.
    pub(crate) fn refuse(&self, failure: Failure, demands: &[Demand<'_>]) -> Rejection {
        let (reason, scheme) = match failure {
            Failure::Unavailable { retry_after } => {
                let text = self.describe(Reason::Unavailable);
                return Rejection::unavailable(text, retry_after, &self.0.bodies);
            }
            Failure::For(reason) => (reason, Scheme::Bearer),
            Failure::OfDpop(reason) => (reason, Scheme::Dpop),
        };
        if !reason.is_challenge() {
            return Rejection::new(
                reason,
                self.describe(reason),
                Asked::NOTHING,
                NO_CHALLENGE,
                &self.0.bodies,
            );
        }
        let scopes = self.0.policy.to_ask(demands, reason == Reason::InsufficientScope);
        let asked = Asked { scopes, step_up: step_up_of(demands) };
        let challenges = self.challenges(reason, scheme, &asked).map(|of| Some(of?.to_header_value()));
        let rejection = Rejection::new(reason, self.describe(reason), asked, challenges, &self.0.bodies);
        #[cfg(feature = "dpop")]
        if let Some(dpop) = self.0.bindings.dpop.as_ref().filter(|_| scheme == Scheme::Dpop) {
            return rejection.with_nonce(dpop.fresh_nonce(reason == Reason::NonceRequired));
        }
        rejection
    }

    /// Builds a handler's refusal for a reason that has nothing to do with scopes.
    pub(crate) fn deny(&self, why: Cow<'static, str>) -> Rejection {
        Rejection::new(Reason::Denied, why, Asked::NOTHING, NO_CHALLENGE, &self.0.bodies)
    }

    /// Turns a refusal by this gate into the answer to the JSON-RPC request `id`.
    #[cfg(feature = "mcp")]
    pub(crate) fn name_request(&self, refusal: Rejection, id: &serde_json::Value) -> Rejection {
        refusal.for_request(id, &self.0.bodies)
    }

    /// Makes the challenges for a token that came with `scheme`. A 403 has one challenge, for the token's scheme. Any
    /// other answer has a challenge for each scheme that the gate accepts.
    ///
    /// If there are two challenges, the error is only in the challenge for the scheme that the client used. But if the
    /// request has several tokens, both challenges contain the error. If the request has no token, both challenges
    /// contain the error that [`Gate::missing_is_invalid`] enables.
    pub(super) fn challenges(&self, reason: Reason, scheme: Scheme, asked: &Asked) -> [Option<Challenge>; 2] {
        let schemes = match self.0.bindings.dpop_use() {
            DpopUse::Refused => [Some(Scheme::Bearer), None],
            DpopUse::Accepted if reason.status() == StatusCode::FORBIDDEN => [Some(scheme), None],
            DpopUse::Accepted => [Some(Scheme::Bearer), Some(Scheme::Dpop)],
            DpopUse::Required => [Some(Scheme::Dpop), None],
        };
        let is_of_all = matches!(reason, Reason::MissingToken | Reason::SeveralCredentials);
        let has_error = |own: Scheme| is_of_all || own == scheme || schemes[1].is_none();
        schemes.map(|own| own.map(|own| self.challenge(reason, own, has_error(own), asked)))
    }

    /// Makes the challenge of one scheme. The challenge names all required scopes and the required login, even if the
    /// token has expired or is invalid. The client can then request a token that meets all demands.
    fn challenge(&self, reason: Reason, scheme: Scheme, has_error: bool, asked: &Asked) -> Challenge {
        let Asked { scopes, step_up } = asked;
        let challenge = match (self.resource(), &self.0.protects) {
            (Some(resource), _) => Challenge::new(resource),
            (None, Protects::Resource(resource)) => Challenge::new(resource),
            (None, Protects::Realm(realm)) => Challenge::in_realm(realm.clone()),
        };
        let challenge = match scheme {
            Scheme::Bearer => challenge,
            Scheme::Dpop => challenge.with_dpop(self.0.bindings.algorithms()),
        };
        let challenge = challenge.with_scopes(scopes.iter().cloned()).with_acr_values(step_up.acr());
        let challenge = match step_up.max_age() {
            Some(max_age) => challenge.with_max_age(max_age),
            None => challenge,
        };
        let missing = self.0.missing_is_invalid.then_some(ErrorCode::InvalidToken);
        match reason.error().or(missing).filter(|_| has_error) {
            Some(error) => challenge.with_error(error, &self.describe(reason)),
            None => challenge,
        }
    }

    /// Returns the text that explains a refusal. A challenge makes a client send its credential in `Authorization`. If
    /// the gate does not read this header, the text about a missing credential says where the gate reads credentials.
    fn describe(&self, reason: Reason) -> Cow<'static, str> {
        let texts = self.0.texts.as_ref();
        if let Some(own) = texts.and_then(|texts| texts.own(reason)) {
            return own;
        }
        let usual = if texts.is_some() { Texts::usual(reason) } else { reason.description() };
        let places = if reason == Reason::MissingToken { self.0.sources.places() } else { None };
        places.map_or(usual.into(), |places| format!("{usual} {places}").into())
    }
}
