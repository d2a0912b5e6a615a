//! Checks a token. The check runs the same code as the gate.

#[cfg(feature = "jwt")]
use std::error::Error;

#[cfg(feature = "jwt")]
use super::{advice, said::Said};
use super::{
    finding::{Finding, Part},
    operations::Accepted,
};
#[cfg(feature = "jwt")]
use crate::verify::jwt::{Fault, Rule};
use crate::{gate::Gate, scope::ScopeTable, token::VerifyError};

/// The result of checking a token.
pub(super) enum Verdict {
    NotJudged(NotJudged),
    Refused(Finding),
    Accepted(Accepted, Vec<Finding>),
}

/// Why a token was not checked.
pub(super) enum NotJudged {
    GateCannotStart,
    OwnVerifier,
}

impl Verdict {
    pub(super) fn findings(&self) -> Vec<Finding> {
        match self {
            Self::NotJudged(why) => vec![why.finding()],
            Self::Refused(finding) => vec![finding.clone()],
            Self::Accepted(_, findings) => findings.clone(),
        }
    }

    pub(super) fn accepted(self) -> Option<Accepted> {
        match self {
            Self::Accepted(accepted, _) => Some(accepted),
            Self::NotJudged(_) | Self::Refused(_) => None,
        }
    }
}

impl NotJudged {
    fn finding(&self) -> Finding {
        let (message, advice) = match self {
            Self::GateCannotStart => (
                "it was not checked, since the gate cannot start with this table",
                "correct the errors of the configuration first",
            ),
            Self::OwnVerifier => (
                "it was not checked, since the program's own verifier may send it somewhere",
                "allow that with `--introspect`, or `Doctor::introspect`",
            ),
        };
        Finding::error(Part::Token, "not_judged", message).advising(Some(advice))
    }
}

/// Checks a token as the gate checks the token of a request. Also decides which operations the token opens, if the
/// token is accepted.
pub(super) async fn judge(gate: &Gate, table: &ScopeTable, text: &str, may_send: bool) -> Verdict {
    match gate.verify_alone(text, may_send).await {
        None => Verdict::NotJudged(NotJudged::OwnVerifier),
        Some(Err(error)) => Verdict::Refused(refused(gate, text, &error)),
        Some(Ok(token)) => {
            if let Some(error) = gate.refuses_alone(&token) {
                return Verdict::Refused(Finding::error(Part::Token, "bound", reason(text, &error)));
            }
            let accepted = Accepted::of(&token, gate.policy(), table);
            let finding = accepted.finding();
            #[cfg(feature = "jwt")]
            let finding = finding.map(|finding| finding.advising(advice::of_scopes(&accepted, &token, gate)));
            let hint = accepted.wildcard_hint(&token, gate.policy(), table);
            let findings = finding.into_iter().chain(hint).collect();
            Verdict::Accepted(accepted, findings)
        }
    }
}

/// Returns the finding for a rejected token: the reason for the rejection, and advice if there is any.
fn refused(gate: &Gate, text: &str, error: &VerifyError) -> Finding {
    #[cfg(feature = "jwt")]
    let said = Said::of(text);
    if error.is_expired() {
        #[cfg(feature = "jwt")]
        let message = said.expiry();
        #[cfg(not(feature = "jwt"))]
        let message = "it expired";
        let advice = Some("have the client get a new one; if it is new, set the clocks right");
        return Finding::error(Part::Token, "expired", message).advising(advice);
    }
    if error.retry_after().is_some() {
        let message = format!("it cannot be verified now: {}", reason(text, error));
        return Finding::error(Part::Token, "unavailable", message);
    }
    #[cfg(feature = "jwt")]
    if let Some(fault) = error.source().and_then(|source| source.downcast_ref::<Fault>()) {
        let finding =
            Finding::error(Part::Token, fault.rule().map_or("malformed", code), reason(text, error));
        return finding.advising(fault.rule().map(|rule| advice::of(rule, &said, gate)));
    }
    #[cfg(not(feature = "jwt"))]
    let _ = gate;
    if text.is_empty() {
        return Finding::error(Part::Token, "refused", "it is empty").advising(Some(EMPTY));
    }
    Finding::error(Part::Token, "refused", reason(text, error)).advising(of_characters(text))
}

const EMPTY: &str = "write the token into the file, or pass it on standard input";

/// Returns advice for a token with characters that are not allowed in a token.
fn of_characters(text: &str) -> Option<&'static str> {
    if text.starts_with('{') {
        return Some("this is a whole token response; copy only its `access_token`");
    }
    let is_foreign = |letter: char| letter.is_whitespace() || matches!(letter, '"' | '\'');
    text.contains(is_foreign).then_some("remove the quotes, spaces and line breaks")
}

/// Returns the reason for the rejection, with `..` in place of the token and its parts. This replacement is needed
/// because an error from the program's own verifier can quote the token.
fn reason(token: &str, error: &VerifyError) -> String {
    let reason = std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string);
    let secrets = std::iter::once(token).chain(token.split('.').filter(|part| part.len() > 16));
    secrets.filter(|secret| !secret.is_empty()).fold(reason, |reason, secret| reason.replace(secret, ".."))
}

#[cfg(feature = "jwt")]
const fn code(rule: Rule) -> &'static str {
    match rule {
        Rule::Format => "not_a_jwt",
        Rule::Algorithm => "algorithm",
        Rule::Issuer => "issuer",
        Rule::Key => "unknown_key",
        Rule::Signature => "signature",
        Rule::Kind => "not_an_access_token",
        Rule::Member => "member",
        Rule::Required => "required_claim",
        Rule::Audience => "audience",
        Rule::Client => "no_audience",
        Rule::Times => "times",
    }
}
