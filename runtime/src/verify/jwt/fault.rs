//! The problem with a token, for the log.

use std::{error::Error, fmt, sync::Arc};

use crate::{VerifyError, shown};

/// The problem with a token. The problem's text never quotes the whole token. If the text quotes a part of the header
/// or of a claim, this part is escaped and shortened.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// A fixed text.
    Plain(&'static str),
    /// A text with a value from the token. The text is shared, because faults are cached.
    Shown(Arc<str>),
    /// A fixed text, and the rule that the token breaks.
    PlainOf(Rule, &'static str),
    /// Like `Shown`, plus the rule that the token breaks.
    ShownOf(Rule, Arc<str>),
}

/// The rules that a token can break. `cargo scopegate doctor` has advice for each of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Rule {
    /// The token is a JSON Web Token.
    Format,
    /// The token's algorithm is accepted.
    Algorithm,
    /// The token's issuer is one of the program's issuers.
    Issuer,
    /// The issuer publishes the token's key.
    Key,
    /// The signature matches the token's key.
    Signature,
    /// The token is an access token.
    Kind,
    /// If the program sets a `member_claim`, this claim and `iss` contain the same member of the family of issuers.
    Member,
    /// The token has the claims that the program requires.
    Required,
    /// The token is for this resource.
    Audience,
    /// If the token has no audience, its client is one of those set with `Issuer::client_ids`.
    Client,
    /// The token has an `exp`, and its `nbf` is not in the future.
    Times,
}

impl Fault {
    /// Makes the fault for an unexpected value of `name`, which is a claim or a header parameter.
    pub(crate) fn unexpected(
        name: &str,
        found: impl fmt::Display,
        expected: impl Iterator<Item = impl fmt::Display> + Clone,
    ) -> Self {
        let expected = shown::text(AnyOf(expected));
        Self::Shown(format!("its `{name}` is `{}`, not {expected}", shown::text(found)).into())
    }

    /// Sets the rule that the token breaks. Allocates nothing.
    pub(crate) fn of(self, rule: Rule) -> Self {
        match self {
            Self::Plain(text) | Self::PlainOf(_, text) => Self::PlainOf(rule, text),
            Self::Shown(text) | Self::ShownOf(_, text) => Self::ShownOf(rule, text),
        }
    }

    /// Returns the rule that the token breaks, or `None` if the fault names no rule.
    #[cfg_attr(not(feature = "export"), allow(dead_code, reason = "only the doctor uses it"))]
    pub(crate) fn rule(&self) -> Option<Rule> {
        match self {
            Self::PlainOf(rule, _) | Self::ShownOf(rule, _) => Some(*rule),
            Self::Plain(_) | Self::Shown(_) => None,
        }
    }

    /// Makes a fault whose text ends with the value `found`.
    pub(crate) fn with(reason: &str, found: impl fmt::Display) -> Self {
        Self::Shown(format!("{reason} `{}`", shown::text(found)).into())
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plain(text) | Self::PlainOf(_, text) => text,
            Self::Shown(text) | Self::ShownOf(_, text) => text,
        })
    }
}

impl Error for Fault {}

impl From<Fault> for VerifyError {
    fn from(fault: Fault) -> Self {
        Self::invalid(fault)
    }
}

/// Writes names as alternatives: `a`, `b` or `c`.
struct AnyOf<I>(I);

impl<I: Iterator<Item: fmt::Display> + Clone> fmt::Display for AnyOf<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let last = self.0.clone().count().saturating_sub(1);
        for (at, name) in self.0.clone().enumerate() {
            let before = match at {
                0 => "",
                at if at == last => " or ",
                _ => ", ",
            };
            write!(f, "{before}`{name}`")?;
        }
        Ok(())
    }
}
