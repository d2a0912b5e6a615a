//! Finds out why the gate answers requests with 401 or 403. The reason can be the configuration, an authorization
//! server, or a token.

#[cfg(feature = "jwt")]
mod advice;
mod diagnosis;
mod finding;
mod held;
mod lacking;
mod login;
mod operation;
mod operations;
#[cfg(feature = "jwt")]
mod provider;
#[cfg(feature = "jwt")]
mod roles;
#[cfg(feature = "jwt")]
mod said;
#[cfg(feature = "jwt")]
mod server;
mod span;
mod token;

pub use self::{
    diagnosis::Diagnosis,
    finding::{Finding, Part, Severity},
};
use self::{
    diagnosis::Subject,
    token::{NotJudged, Verdict},
};
use super::problems::problems;
use crate::{gate::Gate, scope::ScopeTable, shown, well_known::Discovery};

/// Finds out why a gate answers requests with 401 or 403.
///
/// The doctor examines the configuration, and fetches the metadata and the keys of each [`Issuer`](crate::Issuer) in
/// the same way as the gate. The doctor fetches every document again, even if the gate has already loaded the document.
/// The doctor also checks whether the authorization servers offer what clients will request. You can also give the
/// doctor a token to check.
///
/// `cargo scopegate doctor` prints the result. Your program can also run the doctor, at startup or in a test. Like the
/// gate, the doctor needs a tokio runtime.
///
/// # Examples
///
/// ```no_run
/// # use scopegate::{Gate, Router, StaticKeys};
/// # fn gate() -> Gate { Gate::static_keys("files", StaticKeys::new()) }
/// # fn routes() -> Router { Router::new() }
/// use scopegate::export::Doctor;
///
/// # async fn test() {
/// let diagnosis = Doctor::new(&gate(), &routes().table()).examine().await;
/// assert!(diagnosis.is_well(), "{diagnosis}");
/// # }
/// ```
#[derive(Clone, Copy)]
#[must_use]
pub struct Doctor<'a> {
    gate: &'a Gate,
    table: &'a ScopeTable,
    token: Option<&'a str>,
    may_send: bool,
}

impl<'a> Doctor<'a> {
    /// Makes a doctor for a gate and for the operations behind the gate.
    pub fn new(gate: &'a Gate, table: &'a ScopeTable) -> Self {
        Self { gate, table, token: None, may_send: false }
    }

    /// Also checks a token, with the same code as the gate. The diagnosis says why the token is rejected, or which
    /// operations the token opens.
    ///
    /// The token is not sent anywhere, unless you also call [`Doctor::introspect`]. The diagnosis does not contain the
    /// whole token. If a dot-separated part of the token has more than 16 characters, this part is left out as well.
    /// White space around the token is ignored. If the word `Bearer` or `DPoP` precedes the token, this word is
    /// ignored, too.
    pub fn token(mut self, token: &'a str) -> Self {
        self.token = Some(bare(token));
        self
    }

    /// Lets the gate's verifier check the token from [`Doctor::token`] as if a client had sent it. If the verifier
    /// introspects tokens, it sends this token to the authorization server.
    ///
    /// Without this setting, the doctor does not call a verifier of your own, because your verifier might send the
    /// token anywhere.
    pub fn introspect(mut self) -> Self {
        self.may_send = true;
        self
    }

    /// Runs all checks.
    pub async fn examine(self) -> Diagnosis {
        let Self { gate, table, .. } = self;
        let mut findings = self.configuration();
        let can_start = findings.iter().all(|finding| finding.severity() != Severity::Error);
        #[cfg(feature = "jwt")]
        findings.extend(server::examine(gate, table).await);
        let verdict = match self.token {
            None => None,
            Some(_) if !can_start => Some(Verdict::NotJudged(NotJudged::GateCannotStart)),
            Some(token) => Some(token::judge(gate, table, token, self.may_send).await),
        };
        findings.extend(verdict.iter().flat_map(Verdict::findings));
        let token = verdict.and_then(Verdict::accepted);
        Diagnosis::new(Subject::of(gate), findings, token)
    }

    /// Finds the problems that keep the gate from starting, and the useless scopes that a role or a key grants. Adds a
    /// hint if the program has its own token verifier.
    fn configuration(&self) -> Vec<Finding> {
        let discovery = Discovery::new(self.gate, self.table);
        let problems = problems(self.gate, self.table, &discovery);
        let finding = |problem| Finding::error(Part::Configuration, "cannot_start", problem);
        let mut findings: Vec<_> = problems.into_iter().map(finding).collect();
        let in_vain = self.gate.useless_grants(self.table).into_iter();
        findings.extend(in_vain.map(|text| Finding::hint(Part::Configuration, "useless_grant", text)));
        if self.gate.known_verifier().is_none() {
            let message =
                "the program has its own token verifier, so no authorization server could be examined";
            findings.push(Finding::hint(Part::Configuration, "own_verifier", message));
        }
        findings
    }
}

/// Hides the token.
impl std::fmt::Debug for Doctor<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Doctor")
            .field("gate", &self.gate)
            .field("has_token", &self.token.is_some())
            .field("may_send", &self.may_send)
            .finish_non_exhaustive()
    }
}

/// Removes the text in front of the token, such as `Bearer`, because people often copy this text with the token.
fn bare(token: &str) -> &str {
    let mut token = token.trim();
    for before in ["authorization:", "bearer ", "dpop "] {
        let start = token.get(..before.len());
        if start.is_some_and(|start| start.eq_ignore_ascii_case(before)) {
            token = token[before.len()..].trim_start();
        }
    }
    token
}

/// Joins names for a sentence, as in "`a`, `b`, `c`".
fn list<T: std::fmt::Display>(names: impl IntoIterator<Item = T>) -> String {
    let shown = names.into_iter().map(|name| format!("`{}`", shown::text(name)));
    shown.collect::<Vec<_>>().join(", ")
}

/// Lists scopes that a token has. A token can have hundreds of scopes, for example one for each tenant, so the list
/// names at most `MOST` scopes.
fn few<'a>(scopes: impl ExactSizeIterator<Item = &'a String>) -> String {
    const MOST: usize = 20;
    let more = scopes.len().saturating_sub(MOST);
    let shown = list(scopes.take(MOST));
    if more == 0 { shown } else { format!("{shown} and {more} more") }
}
