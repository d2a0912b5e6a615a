//! Says why requests are answered 401: what is wrong with the configuration, with an authorization server, or with a token.

#[cfg(feature = "jwt")]
mod advice;
mod diagnosis;
mod finding;
mod operations;
#[cfg(feature = "jwt")]
mod provider;
#[cfg(feature = "jwt")]
mod said;
#[cfg(feature = "jwt")]
mod server;
mod token;

pub use self::{
    diagnosis::Diagnosis,
    finding::{Finding, Part, Severity},
};
use self::{
    diagnosis::Subject,
    token::{NotJudged, Verdict},
};
use super::program::problems;
use crate::{gate::Gate, scope::ScopeTable, shown, well_known::Discovery};

/// Finds out why requests are answered 401, or would be.
///
/// It looks at the configuration, fetches metadata and keys of each [`Issuer`](crate::Issuer) as the gate does, and compares what
/// the authorization servers offer with what clients will ask for. Given a token, it judges that too. What the gate has
/// loaded already, it loads anew.
///
/// `cargo scopegate doctor` prints what it finds. A program can ask by itself, at startup or in a test; it needs a runtime of
/// tokio, as the gate does.
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
    /// Makes the doctor of a gate and of what stands behind it.
    pub fn new(gate: &'a Gate, table: &'a ScopeTable) -> Self {
        Self { gate, table, token: None, may_send: false }
    }

    /// Judges this token too, by the code of the gate: who refuses it and why, or what it opens.
    ///
    /// The token is sent nowhere, and neither it nor a part of it as a whole is in the diagnosis. White space around it does not
    /// count, and neither does `Bearer` or `DPoP` before it.
    pub fn token(mut self, token: &'a str) -> Self {
        self.token = Some(bare(token));
        self
    }

    /// Lets the verifier do with the token whatever it does with those of requests: send it to its authorization server, if it
    /// introspects.
    ///
    /// Without it, a verifier of the program's own is not asked: nobody could tell where it sends the token.
    pub fn introspect(mut self) -> Self {
        self.may_send = true;
        self
    }

    /// Looks at everything.
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
        findings.extend(verdict.as_ref().and_then(Verdict::finding));
        let token = verdict.and_then(Verdict::accepted);
        Diagnosis::new(Subject::of(gate), findings, token)
    }

    /// Finds what keeps the gate from starting.
    fn configuration(&self) -> Vec<Finding> {
        let discovery = Discovery::new(self.gate, self.table);
        let problems = problems(self.gate, self.table, &discovery);
        let finding = |problem| Finding::error(Part::Configuration, "cannot_start", problem);
        let mut findings: Vec<_> = problems.into_iter().map(finding).collect();
        if self.gate.known_verifier().is_none() {
            let message = "the program verifies tokens by a verifier of its own, so that no authorization server could be looked at";
            findings.push(Finding::hint(Part::Configuration, "own_verifier", message));
        }
        findings
    }
}

/// Shows no token.
impl std::fmt::Debug for Doctor<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Doctor")
            .field("gate", &self.gate)
            .field("has_token", &self.token.is_some())
            .field("may_send", &self.may_send)
            .finish_non_exhaustive()
    }
}

/// Takes off what stands around a token where people copy it from.
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

/// Writes names as a sentence has them: `a`, `b`, `c`.
fn list<T: std::fmt::Display>(names: impl IntoIterator<Item = T>) -> String {
    let shown = names.into_iter().map(|name| format!("`{}`", shown::text(name)));
    shown.collect::<Vec<_>>().join(", ")
}
