//! How a gate accepts tokens that are bound by DPoP.

use std::sync::Arc;

use super::Gate;
use crate::{dpop::Dpop, token::CredentialSource};

impl Gate {
    /// Accepts tokens that are bound to the client's key by DPoP ([RFC 9449]), and checks the proof of each request.
    ///
    /// Without this method, the gate ignores the scheme `DPoP`, and rejects a token that is bound to a key.
    /// The [guide](crate::guide::dpop) explains the checks and the answers.
    ///
    /// # Errors
    ///
    /// The gate does not start if it has no resource, as with [`Gate::static_keys`], or if it requires bound tokens but
    /// verifies only static keys. It also does not start if a setting of [`Dpop`] is invalid, or if the header
    /// `Authorization` is not a source of credentials.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::{Gate, Resource, dpop::Dpop};
    ///
    /// let resource = Resource::new("https://files.example.com")?.authorization_server("https://auth.example.com")?;
    /// let gate = Gate::jwt(resource).dpop(Dpop::required());
    /// # Ok::<(), scopegate::InvalidResource>(())
    /// ```
    ///
    /// [RFC 9449]: https://www.rfc-editor.org/rfc/rfc9449
    #[must_use]
    pub fn dpop(mut self, dpop: Dpop) -> Self {
        let inner = self.change();
        inner.bindings.dpop = Some(Arc::new(dpop));
        inner.sources.take_dpop();
        self.bound()
    }

    /// Lists the problems that make the gate reject all tokens that are bound by DPoP, or even all tokens.
    pub(super) fn dpop_problems(&self, dpop: &Dpop) -> Vec<String> {
        let mut problems = Vec::new();
        if self.resource().is_none() {
            problems.push("a DPoP proof names the URL of a resource, but a gate with only static keys has none; remove `.dpop(..)`".to_owned());
        } else if dpop.is_required() && self.verifies_keys_alone() {
            problems.push("the gate requires tokens that are bound by DPoP, but static keys are not bound; write `Dpop::accepted()`, or add a verifier of tokens by `StaticKeys::or`".to_owned());
        }
        if !self.credential_sources().any(|source| *source == CredentialSource::authorization()) {
            problems.push("tokens that are bound by DPoP are sent in `Authorization`, but the gate does not read it; add `CredentialSource::authorization()`".to_owned());
        }
        problems
    }
}
