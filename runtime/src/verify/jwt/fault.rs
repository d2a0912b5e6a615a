//! What is wrong with a token, as the log has it.

use std::{error::Error, fmt, sync::Arc};

use crate::{VerifyError, shown};

/// What is wrong with a token. It never quotes the token as a whole; what it shows of a header or claim is escaped and cut.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// This, and nothing of the token needs to be shown.
    Plain(&'static str),
    /// A text that shows what was found. Shared, since faults are remembered.
    Shown(Arc<str>),
    /// As `Plain`, and which rule the token breaks.
    PlainOf(Rule, &'static str),
    /// As `Shown`, and which rule the token breaks.
    ShownOf(Rule, Arc<str>),
}

/// The rules that a token may break of which an operator can be told what to change, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Rule {
    /// It is a JSON Web Token.
    Format,
    /// Its algorithm is one that is accepted.
    Algorithm,
    /// Its issuer is one of the program's.
    Issuer,
    /// Its key is published.
    Key,
    /// Its key made the signature.
    Signature,
    /// It is an access token.
    Kind,
    /// It says twice alike which member of a family issued it.
    Member,
    /// It has the claims that the program demands.
    Required,
    /// It is for this resource.
    Audience,
    /// It has no audience, and its client is one of the program's.
    Client,
    /// It has an `exp`, and its `nbf` is over.
    Times,
}

impl Fault {
    /// Says that `name` is not as it must be: what it is, and what was expected in place of that.
    pub(crate) fn unexpected(
        name: &str,
        found: impl fmt::Display,
        expected: impl Iterator<Item = impl fmt::Display> + Clone,
    ) -> Self {
        let expected = shown::text(AnyOf(expected));
        Self::Shown(format!("its `{name}` is `{}`, and not {expected}", shown::text(found)).into())
    }

    /// Says which rule the token breaks. Allocates nothing.
    pub(crate) fn of(self, rule: Rule) -> Self {
        match self {
            Self::Plain(text) | Self::PlainOf(_, text) => Self::PlainOf(rule, text),
            Self::Shown(text) | Self::ShownOf(_, text) => Self::ShownOf(rule, text),
        }
    }

    /// Returns which rule the token breaks, where that was said.
    #[cfg_attr(not(feature = "export"), allow(dead_code, reason = "the doctor alone asks"))]
    pub(crate) fn rule(&self) -> Option<Rule> {
        match self {
            Self::PlainOf(rule, _) | Self::ShownOf(rule, _) => Some(*rule),
            Self::Plain(_) | Self::Shown(_) => None,
        }
    }

    /// Says what is wrong with the value `found`, which comes last.
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

/// Names, of which any would do: `a`, `b` or `c`.
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
