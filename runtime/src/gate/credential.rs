//! How a gate handles the credential of a request.

use std::sync::Arc;

#[cfg(feature = "export")]
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue, request::Parts};

use super::{Failure, Gate, family::arrived, log};
#[cfg(feature = "export")]
use crate::verify::KnownVerifier;
use crate::{
    refuse::Reason,
    resource::Resource,
    token::{Credentials, Presented, Scheme, Seen, Sources, Token, TokenId, VerifyError},
};

impl Gate {
    /// Reads and verifies the credential of a request. Another gate can use the result if
    /// [`verifies_as`](Self::verifies_as) returns `true` for the two gates.
    ///
    /// `is_proven` means that the proof has already been accepted for this request, so the gate must not reject the
    /// proof as a replay.
    pub(crate) async fn verify(
        &self,
        parts: &Parts,
        handler: &str,
        is_proven: bool,
    ) -> Result<Token, Failure> {
        let (token, scheme) = match self.0.sources.read(parts, self.origin()) {
            Credentials::Bearer(token) => (token, Scheme::Bearer),
            Credentials::Dpop(token) => (token, Scheme::Dpop),
            Credentials::Absent => return Err(Failure::For(Reason::MissingToken)),
            Credentials::Several => return Err(Failure::For(Reason::SeveralCredentials)),
            Credentials::NotAToken(scheme) => {
                let error = VerifyError::invalid("it is empty, or has a character that no token can have");
                log::not_verified(&error, handler, || None);
                return Err(Failure::of(Reason::InvalidToken, scheme));
            }
        };
        if self.is_of_family() {
            // A verifier must not mistake the URL pattern of the family for a resource.
            let error = VerifyError::invalid("the request is at no resource of the family");
            log::not_verified(&error, handler, || Some(TokenId::of(token)));
            return Err(Failure::of(Reason::InvalidToken, scheme));
        }
        let presented = Presented::of(token, scheme, parts, self.resource());
        let verified = self.0.verifier.verify(&presented).await;
        let verified =
            verified.inspect_err(|error| log::not_verified(error, handler, || Some(TokenId::of(token))));
        let verified = verified.map_err(|error| Failure::from(&error).by(scheme))?.presented_as(scheme);
        if self.0.bindings.check_requests() {
            let checked = self.0.bindings.check(&verified, &presented, arrived(parts).path(), is_proven);
            let proven = match checked {
                Ok(Some(checking)) => checking.await,
                other => other.map(|_| ()),
            };
            proven.map_err(|unproven| {
                let id = || verified.id().or_else(|| Some(TokenId::of(token)));
                log::not_proven(&unproven.error, unproven.is_of_proof, handler, id);
                unproven.failure.by(scheme)
            })?;
        }
        // Keeps the token's identifier for the observer, because the code that checks a handler's later
        // demands does not have the token's text.
        Ok(if self.0.observer.is_some() { verified.known_by(token) } else { verified })
    }

    /// Returns the text of the request's token, so that the calling code can compute the hash of this text.
    pub(crate) fn credential<'a>(&self, parts: &'a Parts) -> Option<&'a str> {
        match self.0.sources.read(parts, self.origin()) {
            Credentials::Bearer(token) | Credentials::Dpop(token) => Some(token),
            Credentials::Absent | Credentials::Several | Credentials::NotAToken(_) => None,
        }
    }

    /// Accepts a verified token, unless this gate's own rules reject it.
    pub(crate) fn accept(&self, token: Token, handler: &str) -> Result<Token, Failure> {
        match self.refuses(&token) {
            None => Ok(token),
            Some(error) => {
                log::not_verified(&error, handler, || token.id());
                Err(Failure::from(&error).by(token.scheme()))
            }
        }
    }

    /// Returns an error if this gate's own rules reject a verified token.
    pub(crate) fn refuses(&self, token: &Token) -> Option<VerifyError> {
        self.0.bindings.refuses(token)
    }

    /// Returns an error if the gate always rejects this verified token, whatever proof a request has. Unlike
    /// [`refuses`](Self::refuses), this method also returns an error if the gate requires DPoP and the token is not
    /// bound to a key.
    #[cfg(feature = "export")]
    pub(crate) fn refuses_alone(&self, token: &Token) -> Option<VerifyError> {
        self.refuses(token).or_else(|| self.0.bindings.refuses_unbound(token))
    }

    /// Uses the gate's verifier to verify a token that did not arrive with a request.
    ///
    /// If `may_send` is `false`, the token is not sent to any server. In this case, the result for a verifier from
    /// outside this crate is `None`, because such a verifier could send the token to a server.
    #[cfg(feature = "export")]
    pub(crate) async fn verify_alone(
        &self,
        token: &str,
        may_send: bool,
    ) -> Option<Result<Token, VerifyError>> {
        let (mut parts, ()) = http::Request::new(()).into_parts();
        if let Ok(mut value) = HeaderValue::try_from(format!("Bearer {token}")) {
            value.set_sensitive(true);
            parts.headers.insert(AUTHORIZATION, value);
        }
        let Credentials::Bearer(token) = Credentials::of(&parts.headers, false) else {
            let reason =
                "it has characters that are not allowed in a bearer token, such as spaces and quotes";
            return Some(Err(VerifyError::invalid(reason)));
        };
        let presented = Presented::of(token, Scheme::Bearer, &parts, self.resource());
        let verified = match self.known_verifier() {
            _ if may_send => self.0.verifier.verify(&presented).await,
            Some(known) => known.verify_offline(&presented).await,
            None => return None,
        };
        Some(verified)
    }

    /// Returns the verifier, if it is one of this crate's verifiers.
    #[cfg(feature = "export")]
    pub(crate) fn known_verifier(&self) -> Option<KnownVerifier<'_>> {
        KnownVerifier::of(self.0.verifier.as_any())
    }

    /// Tells whether this gate and `other` verify the same credentials with the same verifier for the same resource.
    pub(crate) fn verifies_as(&self, other: &Self) -> bool {
        let same_resource = || match (self.resource(), other.resource()) {
            (Some(own), Some(others)) => own.identifier() == others.identifier(),
            (None, None) => true,
            _ => false,
        };
        let same_gate = Arc::ptr_eq(&self.0, &other.0) && self.1.is_none() && other.1.is_none();
        same_gate
            || Arc::ptr_eq(&self.0.verifier, &other.0.verifier)
                && self.0.sources == other.0.sources
                && self.0.bindings.check_as(&other.0.bindings)
                && same_resource()
    }

    /// Tells whether this gate would reject a proof as a replay after `other` has accepted the proof.
    pub(crate) fn remembers_as(&self, other: &Self) -> bool {
        self.0.bindings.remember_as(&other.0.bindings)
    }

    /// Records the parts of a request that can be credentials.
    pub(crate) fn credentials_in(&self, parts: &Parts) -> Seen {
        self.0.sources.seen(parts, self.origin())
    }

    /// Tells whether a request still has the recorded credentials.
    pub(crate) fn still_has(&self, parts: &Parts, seen: &Seen) -> bool {
        self.0.sources.still_has(parts, self.origin(), seen)
    }

    fn origin(&self) -> Option<&str> {
        self.resource().map(Resource::origin)
    }

    /// Tells whether requests can carry credentials that handlers must not see.
    pub(crate) fn strips_credentials(&self) -> bool {
        self.0.sources.strip_anything()
    }

    /// Tells whether inner gates need the result of this gate. Inner gates need the result if this gate removes the
    /// credential from the request. Inner gates also need the result if this gate checks proofs, because a proof can be
    /// used only once.
    pub(crate) fn verifies_for_all(&self) -> bool {
        self.strips_credentials() || self.0.sources.have_proofs()
    }

    /// Removes the credentials that handlers must not see.
    pub(crate) fn strip(&self, headers: &mut HeaderMap) {
        self.0.sources.strip(headers);
    }

    /// If a request has credentials among its WebSocket subprotocols, this method removes these credentials and returns
    /// the original subprotocols. If no subprotocol contains a credential, this method changes nothing and returns
    /// `None`.
    pub(crate) fn take_protocols(&self, headers: &mut HeaderMap) -> Option<Vec<HeaderValue>> {
        self.0.sources.take_protocols(headers)
    }

    /// Restores the original subprotocols.
    pub(crate) fn put_protocols_back(headers: &mut HeaderMap, protocols: &[HeaderValue]) {
        Sources::put_protocols_back(headers, protocols);
    }
}
