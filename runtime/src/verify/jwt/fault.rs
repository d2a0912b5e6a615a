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

    /// Says what is wrong with the value `found`, which comes last.
    pub(crate) fn with(reason: &str, found: impl fmt::Display) -> Self {
        Self::Shown(format!("{reason} `{}`", shown::text(found)).into())
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plain(text) => text,
            Self::Shown(text) => text,
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
