//! The gate's rules for tokens that are bound to a key or a certificate.

use std::pin::Pin;
#[cfg(feature = "dpop")]
use std::sync::Arc;

use http::HeaderName;

use super::{Failure, Gate};
#[cfg(feature = "dpop")]
use crate::{
    dpop::{Dpop, PROOF, Refusal},
    refuse::Reason,
    token::Scheme,
};
use crate::{
    resource::ResourceMetadata,
    token::{ClientCertificate, Presented, Token, VerifyError},
};

/// The gate's rules for tokens that are bound to a key or a certificate.
#[derive(Clone, Debug, Default)]
pub(super) struct Bindings {
    /// Whether a proxy in front of the program checks the bindings that this gate does not check.
    pub(super) accepts_unchecked: bool,
    pub(super) certificate: Option<ClientCertificate>,
    #[cfg(feature = "dpop")]
    pub(super) dpop: Option<Arc<Dpop>>,
}

/// How a gate handles tokens that are bound by DPoP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "dpop"), allow(dead_code, reason = "without the feature it is always refused"))]
pub(crate) enum DpopUse {
    Refused,
    Accepted,
    Required,
}

impl DpopUse {
    /// Returns the word for this setting in the lock and in the exporter's output. Returns `None` if DPoP is not
    /// enabled.
    #[cfg(feature = "export")]
    pub(crate) const fn word(self) -> Option<&'static str> {
        match self {
            Self::Refused => None,
            Self::Accepted => Some("accepted"),
            Self::Required => Some("required"),
        }
    }
}

/// Why the request does not prove the token's binding. Contains the answer to the client, and the error for the log.
pub(super) struct Unproven {
    pub(super) failure: Failure,
    pub(super) error: VerifyError,
    /// Whether the error is about the proof, and not about the token.
    pub(super) is_of_proof: bool,
}

/// The check of a proof. The type is a `Future`, because the check asks a store whether the proof was used before.
pub(super) type Checking<'a> = Pin<Box<dyn Future<Output = Result<(), Unproven>> + Send + 'a>>;

impl From<VerifyError> for Unproven {
    fn from(error: VerifyError) -> Self {
        Self { failure: Failure::from(&error), error, is_of_proof: false }
    }
}

#[cfg_attr(not(feature = "dpop"), expect(clippy::unused_self, reason = "only DPoP has values to look at"))]
impl Bindings {
    /// Checks the bindings of a token. Returns a `Future` that checks the request's proof, if a proof is needed. `path`
    /// is the request's path before any router changed it.
    pub(super) fn check<'a>(
        &'a self,
        token: &'a Token,
        presented: &'a Presented<'a>,
        path: &'a str,
        is_proven: bool,
    ) -> Result<Option<Checking<'a>>, Unproven> {
        let confirmation = token.confirmation();
        if let Some(certificate) = &self.certificate
            && let Some(bound) = confirmation.and_then(|confirmation| confirmation.certificate)
        {
            certificate.check(bound, presented.headers())?;
        }
        #[cfg(feature = "dpop")]
        if let Some(dpop) = &self.dpop {
            let jkt = confirmation.and_then(|confirmation| confirmation.jkt);
            let reason = match (presented.scheme(), jkt) {
                (Scheme::Bearer, None) if dpop.is_required() => UNBOUND,
                (Scheme::Bearer, None) => return Ok(None),
                (Scheme::Bearer, Some(_)) => {
                    "it is bound to a key by DPoP (`cnf.jkt`), but was sent as a bearer token"
                }
                (Scheme::Dpop, None) => {
                    "it is not bound to a key (`cnf.jkt`), but was sent with the scheme DPoP"
                }
                (Scheme::Dpop, Some(jkt)) => {
                    let checking = dpop.check(jkt, presented, path, is_proven);
                    // This future is boxed, so that requests with bearer tokens do not need space for it.
                    return Ok(Some(Box::pin(async { checking.await.map_err(Unproven::from) })));
                }
            };
            return Err(VerifyError::invalid(reason).into());
        }
        #[cfg(not(feature = "dpop"))]
        let _ = (path, is_proven);
        Ok(None)
    }

    /// Returns plain sentences about the proofs that requests need.
    #[cfg(feature = "export")]
    pub(super) fn in_words(&self) -> impl Iterator<Item = &'static str> {
        let dpop = match self.dpop_use() {
            DpopUse::Refused => None,
            DpopUse::Accepted => Some(
                "Tokens may be bound to a key of the client by DPoP (RFC 9449), and then need a proof with each request.",
            ),
            DpopUse::Required => Some(
                "Tokens must be bound to a key of the client by DPoP (RFC 9449), and need a proof with each request.",
            ),
        };
        let certificate = self.certificate.as_ref().map(
            |_| "Tokens may be bound to a client certificate (RFC 8705), which the client must then use.",
        );
        dpop.into_iter().chain(certificate)
    }

    /// Returns an error if the gate requires DPoP and the token is not bound to a key.
    #[cfg(feature = "export")]
    pub(super) fn refuses_unbound(&self, token: &Token) -> Option<VerifyError> {
        let is_bound = token.confirmation().is_some_and(|confirmation| confirmation.jkt.is_some());
        (self.dpop_use() == DpopUse::Required && !is_bound).then(|| VerifyError::invalid(UNBOUND))
    }

    /// Returns an error if the token has a binding that neither this gate nor a proxy checks.
    pub(super) fn refuses(&self, token: &Token) -> Option<VerifyError> {
        let confirmation = token.confirmation().filter(|_| !self.accepts_unchecked)?;
        let reason = if confirmation.has_others {
            "it is bound to a key (`cnf`) in a way that no gate checks, but was sent as a plain bearer token; see `Gate::accept_bound_tokens`"
        } else if confirmation.jkt.is_some() && self.dpop_use() == DpopUse::Refused {
            "it is bound to a key by DPoP (`cnf.jkt`), but was sent as a plain bearer token; see `Gate::dpop` and `Gate::accept_bound_tokens`"
        } else if confirmation.certificate.is_some() && self.certificate.is_none() {
            "it is bound to a client certificate (`cnf.x5t#S256`), but was sent as a plain bearer token; see `Gate::client_certificate` and `Gate::accept_bound_tokens`"
        } else {
            return None;
        };
        Some(VerifyError::invalid(reason))
    }

    /// Tells whether the gate checks the bindings of tokens.
    pub(super) fn check_requests(&self) -> bool {
        self.certificate.is_some() || self.dpop_use() != DpopUse::Refused
    }

    /// Tells whether the two gates check bindings in the same way.
    pub(super) fn check_as(&self, other: &Self) -> bool {
        #[cfg(feature = "dpop")]
        let same_dpop = match (&self.dpop, &other.dpop) {
            (Some(own), Some(others)) => Arc::ptr_eq(own, others),
            (None, None) => true,
            _ => false,
        };
        #[cfg(not(feature = "dpop"))]
        let same_dpop = true;
        same_dpop && self.certificate == other.certificate
    }

    /// Tells whether the two gates share a store. Each gate then knows the proofs that the other gate accepted.
    pub(super) fn remember_as(&self, other: &Self) -> bool {
        #[cfg(feature = "dpop")]
        return match (&self.dpop, &other.dpop) {
            (Some(own), Some(others)) => own.remembers_as(others),
            _ => false,
        };
        #[cfg(not(feature = "dpop"))]
        {
            let _ = other;
            false
        }
    }

    /// Iterates over the headers that prove that the client owns the token: `DPoP`, and the header with the client
    /// certificate.
    pub(super) fn headers(&self) -> impl Iterator<Item = HeaderName> {
        let certificate = self.certificate.as_ref().and_then(ClientCertificate::name).cloned();
        #[cfg(feature = "dpop")]
        let proof = self.dpop.as_ref().map(|_| PROOF);
        #[cfg(not(feature = "dpop"))]
        let proof = None;
        certificate.into_iter().chain(proof)
    }

    pub(super) fn dpop_use(&self) -> DpopUse {
        #[cfg(feature = "dpop")]
        return match &self.dpop {
            Some(dpop) if dpop.is_required() => DpopUse::Required,
            Some(_) => DpopUse::Accepted,
            None => DpopUse::Refused,
        };
        #[cfg(not(feature = "dpop"))]
        DpopUse::Refused
    }

    /// Returns the names of the algorithms with which clients may sign proofs. The metadata and the challenges list
    /// these names.
    pub(super) fn algorithms(&self) -> &[String] {
        #[cfg(feature = "dpop")]
        return self.dpop.as_ref().map_or(&[], |dpop| dpop.names());
        #[cfg(not(feature = "dpop"))]
        &[]
    }

    /// Returns `metadata` with the bindings that the gate accepts or requires.
    pub(super) fn describe(&self, metadata: ResourceMetadata) -> ResourceMetadata {
        let metadata = if self.certificate.is_some() { metadata.with_certificates() } else { metadata };
        match self.dpop_use() {
            DpopUse::Refused => metadata,
            DpopUse::Accepted => metadata.with_dpop(self.algorithms(), false),
            DpopUse::Required => metadata.with_dpop(self.algorithms(), true),
        }
    }
}

impl Gate {
    /// Lists the problems of the rules for bound tokens.
    pub(super) fn binding_problems(&self) -> Vec<String> {
        let bindings = &self.0.bindings;
        let mut problems: Vec<String> =
            bindings.certificate.iter().filter_map(ClientCertificate::problem).collect();
        let set_twice =
            self.metadata_members().filter(|name| self.resource().is_some_and(|own| own.sets(name)));
        problems.extend(set_twice.map(|name| {
            format!("the gate sets `{name}` in the metadata document; remove `.member(\"{name}\", ..)` from the resource")
        }));
        #[cfg(feature = "dpop")]
        if let Some(dpop) = &bindings.dpop {
            problems.extend(dpop.problems());
            problems.extend(self.dpop_problems(dpop));
        }
        problems
    }

    /// Iterates over the names of the metadata members that the gate itself sets.
    fn metadata_members(&self) -> impl Iterator<Item = &'static str> {
        let bindings = &self.0.bindings;
        let dpop = (bindings.dpop_use() != DpopUse::Refused).then_some(ResourceMetadata::DPOP);
        let certificates = bindings.certificate.is_some().then_some(ResourceMetadata::CERTIFICATES);
        dpop.into_iter().flatten().chain(certificates)
    }
}

#[cfg(any(feature = "dpop", feature = "export"))]
const UNBOUND: &str = "it is not bound to a key (`cnf.jkt`), but the gate requires DPoP";

#[cfg(feature = "dpop")]
impl From<Refusal> for Unproven {
    fn from(refusal: Refusal) -> Self {
        let (failure, error) = match refusal {
            Refusal::Invalid(fault) => (Failure::OfDpop(Reason::InvalidProof), fault.into()),
            Refusal::Nonce(fault) => (Failure::OfDpop(Reason::NonceRequired), fault.into()),
            Refusal::Unknown(error) => {
                let error = VerifyError::unavailable(error.retry_after(), error);
                (Failure::from(&error), error)
            }
        };
        Self { failure, error, is_of_proof: true }
    }
}
