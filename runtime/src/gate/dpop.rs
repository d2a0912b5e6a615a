//! Tokens that are bound by DPoP, at a gate.

use std::sync::Arc;

use super::Gate;
use crate::{dpop::Dpop, token::CredentialSource};

impl Gate {
    /// Takes tokens that are bound to a key of the client by DPoP ([RFC 9449]), and checks the proof of each request.
    ///
    /// Without this the scheme `DPoP` is no credential, and a token that is bound to a key is refused. The [guide](crate::guide::dpop)
    /// says what is checked and answered.
    ///
    /// # Errors
    ///
    /// A gate without a resource, as of [`Gate::static_keys`], and one that requires bound tokens and verifies static keys alone, are
    /// errors at startup; so is what the methods of [`Dpop`] say.
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

    /// Lists what keeps the gate from taking any bound token, or everything else.
    pub(super) fn dpop_problems(&self, dpop: &Dpop) -> Vec<String> {
        let mut problems = Vec::new();
        if self.resource().is_none() {
            problems.push("a proof of DPoP names the URL of a resource, and a gate of static keys alone has none; leave `.dpop(..)` out".to_owned());
        } else if dpop.is_required() && self.verifies_keys_alone() {
            problems.push("the gate requires tokens that are bound by DPoP, and static keys are bound to nothing; write `Dpop::accepted()`, or add a verifier of tokens by `StaticKeys::or`".to_owned());
        }
        if !self.credential_sources().any(|source| *source == CredentialSource::authorization()) {
            problems.push("tokens that are bound by DPoP come in `Authorization`, from which the gate takes nothing; add `CredentialSource::authorization()`".to_owned());
        }
        problems
    }
}
