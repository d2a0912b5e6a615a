//! The values of `acr`, the claim that says how a person logged in.

use core::fmt;

use super::{has_parameter, is_nqchar};

/// The maximum number of values that one operation may accept.
pub const MAX_ACR_VALUES: usize = 16;

/// The maximum length of a value, in bytes. A challenge names all accepted values, so the limit keeps the challenge
/// short.
pub const MAX_ACR: usize = 256;

/// Why a string is not a value of `acr`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AcrFault {
    /// The text is empty.
    Empty,
    /// The text contains a space, which separates values.
    Space,
    /// The text contains a character that is not allowed inside a quoted value of a challenge.
    Illegal,
    /// The text contains the name of a challenge parameter, followed by `=`. Many clients search the whole challenge
    /// for parameter names, so they would mistake the text for a parameter.
    Parameter,
    /// The text has more than [`MAX_ACR`] bytes.
    TooLong,
}

/// Checks that a value of `acr` can be written in a challenge. In a challenge, the parameter `acr_values` is a
/// quoted string that contains the values, separated by spaces ([RFC 9470, section 3]).
///
/// # Errors
///
/// Fails if `text` is not a valid value. The error is the first fault that the function finds.
///
/// [RFC 9470, section 3]: https://www.rfc-editor.org/rfc/rfc9470#section-3
pub const fn check_acr(text: &str) -> Result<(), AcrFault> {
    let bytes = text.as_bytes();
    if bytes.is_empty() {
        return Err(AcrFault::Empty);
    }
    if bytes.len() > MAX_ACR {
        return Err(AcrFault::TooLong);
    }
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] == b' ' {
            return Err(AcrFault::Space);
        }
        if !is_nqchar(bytes[at]) {
            return Err(AcrFault::Illegal);
        }
        at += 1;
    }
    if has_parameter(text) { Err(AcrFault::Parameter) } else { Ok(()) }
}

impl AcrFault {
    /// Returns a message that says what is wrong and what to write instead.
    pub const fn message(self) -> &'static str {
        match self {
            Self::Empty => "a value of `acr` cannot be empty; write one that the authorization server knows",
            Self::Space => {
                "a value of `acr` cannot contain a space; write one literal per value, as in `acr(\"gold\", \"silver\")`"
            }
            Self::Illegal => {
                "a value of `acr` is printable ASCII without `\"` and `\\`, since a challenge quotes it"
            }
            Self::Parameter => {
                "a value of `acr` cannot contain the name of a challenge parameter with `=`, as in `scope=`; clients would misread it"
            }
            Self::TooLong => "a value of `acr` has at most 256 bytes",
        }
    }
}

impl fmt::Display for AcrFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())
    }
}

#[cfg(test)]
mod tests {
    use super::{AcrFault, MAX_ACR, check_acr};

    #[test]
    fn takes_what_a_challenge_can_carry() {
        for byte in 0..=0x7F {
            let legal = byte == 0x21 || (0x23..=0x5B).contains(&byte) || (0x5D..=0x7E).contains(&byte);
            let text = [b'a', byte];
            let text = core::str::from_utf8(&text).unwrap_or_default();
            assert_eq!(check_acr(text).is_ok(), legal, "{byte:#x}");
        }
        assert_eq!(check_acr("urn:mace:incommon:iap:silver"), Ok(()));
        assert_eq!(check_acr("0"), Ok(()));
        assert_eq!(check_acr(""), Err(AcrFault::Empty));
        assert_eq!(check_acr("gold silver"), Err(AcrFault::Space));
        assert_eq!(check_acr("gö"), Err(AcrFault::Illegal));
        for parameter in ["scope=", "x_max_age=1", "acr_values=gold"] {
            assert_eq!(check_acr(parameter), Err(AcrFault::Parameter), "{parameter}");
        }
        let long = [b'a'; MAX_ACR + 1];
        let long = core::str::from_utf8(&long).unwrap_or_default();
        assert_eq!(check_acr(long), Err(AcrFault::TooLong));
        assert_eq!(check_acr(&long[1..]), Ok(()));
    }
}
