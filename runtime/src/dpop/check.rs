//! Checks the proof of a request, as demanded by [RFC 9449,
//! section 4.3](https://www.rfc-editor.org/rfc/rfc9449#section-4.3).

use std::time::Duration;

use serde_json::Value;

use super::{
    Dpop,
    claims::Claims,
    nonce::{LIFETIME, Moment},
    proof::{Proof, only},
    replay::{ProofId, StoreError},
};
use crate::{
    token::Presented,
    verify::jwt::{Fault, proofs::system_clock},
};

/// Why a proof is rejected.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// The proof is not valid for this request.
    Invalid(Fault),
    /// The proof has no nonce, or has a nonce that the gate does not accept.
    Nonce(Fault),
    /// The store cannot currently tell whether the proof is new.
    Unknown(StoreError),
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Self::Invalid(fault)
    }
}

impl Dpop {
    /// Checks the proof of a request for `path`. `jkt` is the thumbprint of the key to which the request's token is
    /// bound.
    ///
    /// `is_proven` means that the store has already accepted this proof for the same request.
    pub(crate) async fn check(
        &self,
        jkt: &Value,
        presented: &Presented<'_>,
        path: &str,
        is_proven: bool,
    ) -> Result<(), Refusal> {
        let jkt = jkt.as_str().ok_or(Fault::Plain("the `jkt` of the token is not a text"))?;
        let resource = presented.resource().ok_or(Fault::Plain("the gate has no resource"))?;
        let proven = Proof::read(only(presented.headers())?, &self.algorithms)?.verify(jkt)?;
        let claims = Claims(&proven.claims);
        claims.check_request(presented.method(), resource, path)?;
        claims.check_token(presented.token())?;
        let (now, window) = (system_clock(), self.window.as_secs_f64());
        let made = claims.check_time(now, window)?;
        let jti = claims.jti()?;
        self.check_nonce(claims.nonce()?, made)?;
        if is_proven {
            return Ok(());
        }
        // One second is added, because some stores count in whole seconds.
        let left = Duration::try_from_secs_f64(made + window - now + 1.0).unwrap_or(self.window);
        match self.store.insert(&ProofId::new(proven.thumbprint, jti), left).await {
            Ok(true) => Ok(()),
            Ok(false) => Err(Fault::Plain("it was used before").into()),
            Err(error) => Err(Refusal::Unknown(error)),
        }
    }

    /// Checks the nonce of a proof. The client made the proof at the time `made`.
    ///
    /// Clients keep sending the last nonce that they received. Therefore, a gate that does not ask for nonces accepts
    /// every nonce that it issued earlier, no matter how old the nonce is. If the store of such a gate keeps the proofs
    /// across a restart, the gate even accepts nonces that it did not issue.
    fn check_nonce(&self, nonce: Option<&str>, made: f64) -> Result<(), Refusal> {
        let is_after_start = self.may_be_from_before(made);
        let is_asked_for = self.asks_nonce || is_after_start;
        if !is_asked_for && self.store.survives_restart() {
            return Ok(());
        }
        let Some(nonce) = nonce else {
            let fault = Fault::Plain("it has no `nonce`");
            return if is_asked_for { Err(Refusal::Nonce(fault)) } else { Ok(()) };
        };
        let issued = self.nonces.as_ref().and_then(|nonces| nonces.issued(nonce));
        let issued = issued.ok_or(Refusal::Nonce(Fault::Plain("its `nonce` is not from this gate")))?;
        if is_asked_for && issued.distance(Moment::now()) > LIFETIME {
            return Err(Refusal::Nonce(Fault::Plain("its `nonce` is too old")));
        }
        if is_after_start && issued <= self.started {
            return Err(Refusal::Nonce(Fault::Plain("its `nonce` is from before the last start")));
        }
        Ok(())
    }

    /// Tells whether a proof with the time `made` could have been used before the program started. Always returns
    /// `false` if the store keeps its proofs across a restart.
    ///
    /// The time of an accepted proof is at most one window in the future. So a proof may have been used before the
    /// start if its time is earlier than the start plus one window.
    pub(super) fn may_be_from_before(&self, made: f64) -> bool {
        !self.store.survives_restart() && made < self.started.seconds() + self.window.as_secs_f64()
    }
}
