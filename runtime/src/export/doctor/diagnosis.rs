//! The result of an examination by the doctor.

use std::fmt;

use serde::Serialize;

use super::{
    finding::{Finding, Part, Severity},
    list,
    operations::Accepted,
};
use crate::gate::Gate;

/// The findings of the [`Doctor`](super::Doctor). `Display` writes a text for people, with one line for each finding.
///
/// # Examples
///
/// ```
/// use scopegate::export::{Diagnosis, Part};
///
/// /// Returns `false` only if the configuration has an error.
/// fn may_deploy(diagnosis: &Diagnosis) -> bool {
///     diagnosis.at_fault() != Some(Part::Configuration)
/// }
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Diagnosis {
    subject: Subject,
    findings: Vec<Finding>,
    token: Option<Accepted>,
}

/// The configuration that was examined.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Subject {
    resource: Option<String>,
    issuers: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dpop: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_certificate: Option<String>,
    /// Sentences that describe `dpop` and `client_certificate` in the text output.
    #[serde(skip)]
    proofs: Vec<&'static str>,
}

impl Subject {
    pub(super) fn of(gate: &Gate) -> Self {
        #[cfg(feature = "jwt")]
        let issuers = {
            let issuers = gate.known_verifier().map(|verifier| verifier.issuers()).unwrap_or_default();
            issuers.into_iter().map(|issuer| crate::shown::url(issuer.places.id()).to_string()).collect()
        };
        #[cfg(not(feature = "jwt"))]
        let issuers = Vec::new();
        Self {
            resource: gate.resource().map(|resource| resource.identifier().to_owned()),
            issuers,
            dpop: gate.dpop_use().word(),
            client_certificate: gate.checks_certificate().map(ToString::to_string),
            proofs: gate.proofs_in_words().collect(),
        }
    }
}

impl Diagnosis {
    pub(super) fn new(subject: Subject, findings: Vec<Finding>, token: Option<Accepted>) -> Self {
        Self { subject, findings, token }
    }

    /// Returns the findings: first those about the configuration, then those about each authorization server, and then
    /// those about the token.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Returns `true` if no finding is an error. There can still be warnings and hints.
    #[must_use]
    pub fn is_well(&self) -> bool {
        self.at_fault().is_none()
    }

    /// Returns the first part that has an error, in the order of the variants of [`Part`]. Returns `None` if no part
    /// has an error. An error in this part can also be the cause of the errors in later parts.
    #[must_use]
    pub fn at_fault(&self) -> Option<Part> {
        let errors = self.findings.iter().filter(|finding| finding.severity() == Severity::Error);
        errors.map(Finding::part).min()
    }

    /// Writes the diagnosis as a JSON object.
    ///
    /// | member | |
    /// |---|---|
    /// | `at_fault` | the first part that has an error: `configuration`, `authorization_server` or `token`; null if there is no error |
    /// | `resource`, `issuers` | the resource and the issuers of the gate that was examined |
    /// | `dpop` | whether tokens that are bound to a key by DPoP are `accepted` or `required`; omitted if the gate does not check DPoP proofs |
    /// | `client_certificate` | the header that contains the thumbprint of the client's certificate; omitted if the gate does not check certificates |
    /// | `findings` | a list of objects with `severity` (`error`, `warning`, `hint`), `part`, `code`, `issuer`, `message` and `advice` |
    /// | `token` | for an accepted token, an object with `issuer`, `client`, `scopes`, `expires_at` (in seconds since 1970) and `operations`; otherwise null. Each operation has `operation` (the name), `opens` (whether the token opens the operation; null if that depends on the request), `lacks` (the scopes and templates that the token lacks), `depends_on` (the templates whose values decide whether the token opens the operation; empty unless `opens` is null; each is an object with `template`, and with `has`, which lists the scopes that fit the template and that the token has), `login` (why the login is not enough) and `may_demand` (the scopes that the handler may also demand and that the token lacks, and the templates that the token lacks for some value) |
    #[must_use]
    pub fn to_json(&self) -> String {
        #[derive(Serialize)]
        struct Json<'a> {
            at_fault: Option<&'static str>,
            #[serde(flatten)]
            subject: &'a Subject,
            findings: &'a [Finding],
            token: &'a Option<Accepted>,
        }
        let Self { subject, findings, token } = self;
        let json = Json { at_fault: self.at_fault().map(Part::as_str), subject, findings, token };
        // Serializing strings, booleans and lists of them cannot fail.
        serde_json::to_string_pretty(&json).unwrap_or_default()
    }
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { subject, findings, token } = self;
        if let Some(resource) = &subject.resource {
            write!(f, "resource `{resource}`")?;
            if !subject.issuers.is_empty() {
                write!(f, ", tokens of {}", list(&subject.issuers))?;
            }
            writeln!(f)?;
        }
        subject.proofs.iter().try_for_each(|sentence| writeln!(f, "{sentence}"))?;
        findings.iter().try_for_each(|finding| writeln!(f, "{finding}"))?;
        if let Some(token) = token {
            write!(f, "{token}")?;
        }
        if self.is_well() { writeln!(f, "no error was found") } else { Ok(()) }
    }
}
