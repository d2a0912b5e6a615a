//! One thing that is wrong, or worth knowing.

use std::fmt;

use serde::{Serialize, Serializer, ser::SerializeStruct};

use crate::shown;

/// One thing that is wrong or worth knowing: what, and what to write or set instead. It is shown on one line.
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Severity {
    /// Requests are refused for it, if not all, then those of the token.
    Error,
    /// Some clients will not get a token that is good here.
    Warning,
    /// It may be meant so.
    Hint,
}

/// What a [`Finding`] is about, from what comes first: what is wrong there may be why the rest is wrong, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Part {
    /// The program's gate and its routes.
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

    /// What it quotes may come from elsewhere, and be shown already.
    pub(super) fn of(severity: Severity, part: Part, code: &'static str, message: impl fmt::Display) -> Self {
        let message = shown::line(message).to_string();
        Self { severity, part, code, issuer: None, message, advice: None }
    }

    /// Says which issuer it is about.
    #[cfg(feature = "jwt")]
    pub(super) fn of_issuer(mut self, id: &str) -> Self {
        self.issuer = Some(shown::url(id).to_string());
        self
    }

    /// Says what to write or set instead, if anybody knows.
    pub(super) fn advising(mut self, advice: Option<impl fmt::Display>) -> Self {
        self.advice = advice.map(|advice| shown::line(advice).to_string());
        self
    }

    /// Returns how much it matters.
    #[must_use]
    pub const fn severity(&self) -> Severity {
        self.severity
    }

    /// Returns what it is about.
    #[must_use]
    pub const fn part(&self) -> Part {
        self.part
    }

    /// Returns the name of its kind, which programs can compare; the [guide](crate::guide::operating) lists them.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.code
    }

    /// Returns the issuer that it is about, if it is about one.
    #[must_use]
    pub fn issuer(&self) -> Option<&str> {
        self.issuer.as_deref()
    }

    /// Returns what is wrong.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Returns what to write or set instead, where that is known and the message does not say it.
    #[must_use]
    pub fn advice(&self) -> Option<&str> {
        self.advice.as_deref()
    }
}

/// Writes one line: `error: issuer `..`: what is wrong; what to do`.
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
