//! The lock's declarations about tokens that are bound to a key or a certificate.

use std::fmt;

use super::{change::Change, needs::Direction};
use crate::{
    gate::{DpopUse, Gate},
    scope::one_word,
};

/// Which bound tokens a gate accepts or requires.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bound {
    accepts_unchecked: bool,
    dpop: DpopUse,
    /// The name of the header that contains the certificate's thumbprint. The name is encoded as one word.
    certificate: Option<String>,
}

impl Default for Bound {
    fn default() -> Self {
        Self { accepts_unchecked: false, dpop: DpopUse::Refused, certificate: None }
    }
}

impl From<&Gate> for Bound {
    fn from(gate: &Gate) -> Self {
        Self {
            accepts_unchecked: gate.accepts_bound_tokens(),
            dpop: gate.dpop_use(),
            certificate: gate.checks_certificate().map(|header| one_word(&header.to_string())),
        }
    }
}

/// Writes a line for each setting that does not have its default value.
impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.accepts_unchecked {
            writeln!(f, "{UNCHECKED} accepted")?;
        }
        self.dpop.word().iter().try_for_each(|word| writeln!(f, "{DPOP} {word}"))?;
        self.certificate.iter().try_for_each(|header| writeln!(f, "{CERTIFICATE} header {header}"))
    }
}

const UNCHECKED: &str = "bound-tokens:";
const DPOP: &str = "dpop:";
const CERTIFICATE: &str = "client-certificate:";

impl Bound {
    /// Reads the declaration that begins with `word`. Returns `true` for the first declaration with this word, and
    /// `false` for a repeated one. Returns `None` if `word` is not one of `UNCHECKED`, `DPOP` and `CERTIFICATE`.
    pub(super) fn read(&mut self, word: &str, rest: &str) -> Option<Result<bool, &'static str>> {
        Some(match (word, rest) {
            (UNCHECKED, "accepted") => Ok(!std::mem::replace(&mut self.accepts_unchecked, true)),
            (UNCHECKED, _) => Err("write `accepted` after the word"),
            (DPOP, "accepted") => {
                Ok(std::mem::replace(&mut self.dpop, DpopUse::Accepted) == DpopUse::Refused)
            }
            (DPOP, "required") => {
                Ok(std::mem::replace(&mut self.dpop, DpopUse::Required) == DpopUse::Refused)
            }
            (DPOP, _) => Err("write `accepted` or `required` after the word"),
            (CERTIFICATE, _) => match rest.strip_prefix("header ") {
                Some(name) if !name.is_empty() && !name.contains(' ') => {
                    Ok(self.certificate.replace(name.to_owned()).is_none())
                }
                _ => Err("name a header"),
            },
            _ => return None,
        })
    }
}

/// Lists the differences between `old` and `new`.
pub(super) fn changes(old: &Bound, new: &Bound) -> impl Iterator<Item = Change> {
    let changes = [unchecked(old, new), dpop(old.dpop, new.dpop), certificate(old, new)];
    changes.into_iter().flatten().map(|(direction, words)| Change::new(direction, words))
}

fn unchecked(old: &Bound, new: &Bound) -> Option<(Direction, String)> {
    let (direction, words) = match (old.accepts_unchecked, new.accepts_unchecked) {
        (false, true) => {
            (Direction::Weaker, "tokens that are bound to a client's key are now accepted without proof")
        }
        (true, false) => (
            Direction::Stricter,
            "tokens that are bound to a client's key are no longer accepted without proof",
        ),
        _ => return None,
    };
    Some((direction, words.to_owned()))
}

fn dpop(old: DpopUse, new: DpopUse) -> Option<(Direction, String)> {
    use DpopUse::{Accepted, Refused, Required};
    let words = match (old, new) {
        (Refused, Accepted) => "tokens that are bound to a key by DPoP are now accepted, with a proof",
        (Refused, Required) => "tokens must now be bound to a key by DPoP, and come with a proof",
        (Accepted, Required) => "tokens must now be bound to a key by DPoP",
        (Accepted, Refused) => "tokens that are bound to a key by DPoP are no longer accepted",
        (Required, Accepted) => "tokens need no longer be bound to a key by DPoP",
        (Required, Refused) => {
            "tokens need no longer be bound to a key by DPoP, and bound tokens are refused"
        }
        _ => return None,
    };
    // Tokens without a binding pass unless a binding is required, and bound tokens pass unless they are refused. So
    // only `Accepted` lets both kinds pass, and each of the other two values refuses one kind.
    let opens = old == Required || old == Refused;
    let closes = new == Required || new == Refused;
    Some((Direction::of(opens, closes), words.to_owned()))
}

fn certificate(old: &Bound, new: &Bound) -> Option<(Direction, String)> {
    match (&old.certificate, &new.certificate) {
        (None, Some(header)) => Some((
            Direction::Weaker,
            format!(
                "tokens that are bound to a client certificate are now accepted, with its thumbprint in the header `{header}`"
            ),
        )),
        (Some(_), None) => Some((
            Direction::Stricter,
            "tokens that are bound to a client certificate are no longer accepted".to_owned(),
        )),
        (Some(old), Some(new)) if old != new => Some((
            Direction::of(true, true),
            format!(
                "the thumbprint of a client certificate is now in the header `{new}`, and no longer in `{old}`"
            ),
        )),
        _ => None,
    }
}
