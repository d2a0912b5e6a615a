//! One finding: a problem or a fact worth knowing.

use std::fmt;

use serde::{Serialize, Serializer, ser::SerializeStruct};

use crate::shown;

/// One problem, or one fact worth knowing, with advice on what to write or set. `Display` writes one line.
///
/// # Examples
///
/// ```
/// use scopegate::export::{Diagnosis, Finding};
///
/// fn known_problem(diagnosis: &Diagnosis) -> Option<&Finding> {
///     diagnosis.findings().iter().find(|finding| finding.code() == "no_pkce")
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    severity: Severity,
    part: Part,
    code: &'static str,
    issuer: Option<String>,
    message: String,
    advice: Option<String>,
}

/// How much a [`Finding`] matters.
///
/// # Examples
///
/// ```
/// use scopegate::export::{Diagnosis, Severity};
///
/// fn warnings(diagnosis: &Diagnosis) -> usize {
///     diagnosis.findings().iter().filter(|finding| finding.severity() == Severity::Warning).count()
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Severity {
    /// The gate cannot start with the examined table, or it rejects the examined token in every request, or it rejects
    /// every token of one issuer. It is also an error if the token could not be checked.
    Error,
    /// The problem can keep some clients from getting a token that the gate accepts.
    Warning,
    /// The finding describes something that may be intended. If so, you need not change anything.
    Hint,
}

/// The part of the system that a [`Finding`] is about. An error in one part can cause errors in the parts that are
/// listed after this part.
///
/// # Examples
///
/// ```
/// use scopegate::export::{Diagnosis, Part};
///
/// fn is_about_a_server(diagnosis: &Diagnosis) -> bool {
///     diagnosis.findings().iter().any(|finding| finding.part() == Part::AuthorizationServer)
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Part {
    /// The program's gate and routes.
    Configuration,
    /// An authorization server.
    AuthorizationServer,
    /// The token.
    Token,
}

impl Finding {
    pub(super) fn error(part: Part, code: &'static str, message: impl fmt::Display) -> Self {
        Self::of(Severity::Error, part, code, message)
    }

    #[cfg(feature = "jwt")]
    pub(super) fn warning(part: Part, code: &'static str, message: impl fmt::Display) -> Self {
        Self::of(Severity::Warning, part, code, message)
    }

    pub(super) fn hint(part: Part, code: &'static str, message: impl fmt::Display) -> Self {
        Self::of(Severity::Hint, part, code, message)
    }

    /// Makes a finding. The message can quote text from outside the program, so this function escapes the message.
    /// Parts of the message that are already escaped stay the same.
    pub(super) fn of(severity: Severity, part: Part, code: &'static str, message: impl fmt::Display) -> Self {
        let message = shown::line(message).to_string();
        Self { severity, part, code, issuer: None, message, advice: None }
    }

    /// Sets the issuer that the finding is about.
    #[cfg(feature = "jwt")]
    pub(super) fn of_issuer(mut self, id: &str) -> Self {
        self.issuer = Some(shown::url(id).to_string());
        self
    }

    /// Sets the advice, if there is any.
    pub(super) fn advising(mut self, advice: Option<impl fmt::Display>) -> Self {
        self.advice = advice.map(|advice| shown::line(advice).to_string());
        self
    }

    /// Returns the severity of the finding.
    #[must_use]
    pub const fn severity(&self) -> Severity {
        self.severity
    }

    /// Returns the part of the system that the finding is about.
    #[must_use]
    pub const fn part(&self) -> Part {
        self.part
    }

    /// Returns the code of the finding, such as `no_pkce`. Programs can recognize a problem by its code. The
    /// [guide](crate::guide::operating) lists all codes.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.code
    }

    /// Returns the issuer that the finding is about, or `None` if the finding is not about an issuer.
    #[must_use]
    pub fn issuer(&self) -> Option<&str> {
        self.issuer.as_deref()
    }

    /// Returns the description of the problem.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Returns advice on how to correct the problem. Returns `None` if the message already contains the advice, or if
    /// no advice is known.
    #[must_use]
    pub fn advice(&self) -> Option<&str> {
        self.advice.as_deref()
    }
}

/// Writes one line with the severity, the issuer, the problem and the advice.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.severity)?;
        match &self.issuer {
            Some(issuer) => write!(f, "issuer `{issuer}`: ")?,
            None if self.part == Part::Token => f.write_str("token: ")?,
            None => {}
        }
        f.write_str(&self.message)?;
        match &self.advice {
            Some(advice) => write!(f, "; {advice}"),
            None => Ok(()),
        }
    }
}

impl Serialize for Finding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut finding = serializer.serialize_struct("Finding", 6)?;
        finding.serialize_field("severity", &self.severity)?;
        finding.serialize_field("part", self.part.as_str())?;
        finding.serialize_field("code", self.code)?;
        finding.serialize_field("issuer", &self.issuer)?;
        finding.serialize_field("message", &self.message)?;
        finding.serialize_field("advice", &self.advice)?;
        finding.end()
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Hint => "hint",
        })
    }
}

impl Serialize for Severity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Part {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Configuration => "configuration",
            Self::AuthorizationServer => "authorization_server",
            Self::Token => "token",
        }
    }
}
