//! The grammar of OAuth scopes, and the other rules that the macros and the runtime share.
//!
//! The macros, the checks of constants at compile time and the checks at startup all use this implementation.
//! The grammar is a separate crate because a macro crate can export only macros. Use this crate through
//! `scopegate`.
#![no_std]

extern crate alloc;

use core::fmt;

mod acr;
mod cycles;
mod distance;
mod suggest;
mod template;

pub use acr::{AcrFault, MAX_ACR, MAX_ACR_VALUES, check_acr};
pub use cycles::cycles;
pub use suggest::{alike_keys, are_alike, suggest};
pub use template::{
    MAX_VALUE, Meaning, NO_VALUES, Piece, TemplateFault, check_template, escape, has_braces,
    has_template_parameter, is_meant_as_template, is_template, is_value, is_value_byte, meaning, pieces,
    unescape,
};

/// Why a string is not a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The text is empty.
    Empty,
    /// The text contains a space, which separates scopes.
    Space,
    /// The text contains a quote, which would end the quoted value in a challenge.
    Quote,
    /// The text contains a backslash, which many clients do not unescape.
    Backslash,
    /// The text contains a control character.
    Control,
    /// The text contains a character beyond ASCII.
    NonAscii,
    /// The text contains the name of a challenge parameter, followed by `=`. Many clients search the
    /// whole challenge for such names, and would mistake the text for a parameter.
    Parameter,
    /// The text is `offline_access`. MCP says that a resource server SHOULD NOT name this scope in a challenge.
    OfflineAccess,
}

/// Checks that `text` is a `scope-token` ([RFC 6749, section 3.3]), and rejects scopes that would mislead clients if a
/// challenge named them.
///
/// # Errors
///
/// Fails if `text` is not a scope, or if a challenge that contains `text` would mislead clients. The error is the first
/// fault that the function finds.
///
/// [RFC 6749, section 3.3]: https://www.rfc-editor.org/rfc/rfc6749#section-3.3
pub const fn check(text: &str) -> Result<(), Fault> {
    let bytes = text.as_bytes();
    if bytes.is_empty() {
        return Err(Fault::Empty);
    }
    let mut at = 0;
    while at < bytes.len() {
        if !is_nqchar(bytes[at]) {
            return Err(fault_of(bytes[at]));
        }
        at += 1;
    }
    if has_parameter(text) {
        return Err(Fault::Parameter);
    }
    if same(text, "offline_access") {
        return Err(Fault::OfflineAccess);
    }
    Ok(())
}

/// Tells whether `text` contains the name of a challenge parameter, followed by `=`. Many clients search the whole
/// challenge for these names, and would mistake a name inside a value for a parameter.
pub const fn has_parameter(text: &str) -> bool {
    let bytes = text.as_bytes();
    contains(bytes, b"scope=")
        || contains(bytes, b"error=")
        || contains(bytes, b"realm=")
        || contains(bytes, b"resource_metadata=")
        || contains(bytes, b"error_description=")
        || contains(bytes, b"acr_values=")
        || contains(bytes, b"max_age=")
}

const fn contains(text: &[u8], part: &[u8]) -> bool {
    let mut start = 0;
    while start + part.len() <= text.len() {
        let mut at = 0;
        while at < part.len() && text[start + at] == part[at] {
            at += 1;
        }
        if at == part.len() {
            return true;
        }
        start += 1;
    }
    false
}

/// Tells whether two texts are equal. Unlike `==`, this function also works in a `const`.
pub const fn same(left: &str, right: &str) -> bool {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    if left.len() != right.len() {
        return false;
    }
    let mut at = 0;
    while at < left.len() {
        if left[at] != right[at] {
            return false;
        }
        at += 1;
    }
    true
}

/// `NQCHAR = %x21 / %x23-5B / %x5D-7E` ([RFC 6749, appendix A](https://www.rfc-editor.org/rfc/rfc6749#appendix-A)).
const fn is_nqchar(byte: u8) -> bool {
    matches!(byte, 0x21 | 0x23..=0x5B | 0x5D..=0x7E)
}

const fn fault_of(byte: u8) -> Fault {
    match byte {
        b' ' => Fault::Space,
        b'"' => Fault::Quote,
        b'\\' => Fault::Backslash,
        0x80.. => Fault::NonAscii,
        _ => Fault::Control,
    }
}

impl Fault {
    /// Returns a message that says what is wrong and what to write instead.
    pub const fn message(self) -> &'static str {
        match self {
            Self::Empty => "a scope cannot be empty; name the permission, as in `\"files:read\"`",
            Self::Space => {
                "a scope cannot contain a space; write one literal per scope, as in `\"files:read\", \"files:write\"`"
            }
            Self::Quote => "a scope cannot contain `\"`; a challenge carries it inside quotes",
            Self::Backslash => "a scope cannot contain `\\`; separate its parts with `:`, `.` or `/`",
            Self::Control => "a scope cannot contain a control character; use printable ASCII",
            Self::NonAscii => "a scope is ASCII only; use letters, digits and `:`, `.`, `-`, `_`, `/`",
            Self::Parameter => {
                "a scope cannot contain the name of a challenge parameter with `=`, as in `scope=`; clients would misread it"
            }
            Self::OfflineAccess => {
                "`offline_access` asks for a refresh token and is not a permission of a resource; leave it to the client"
            }
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())
    }
}

#[cfg(test)]
mod tests {
    use super::{Fault, check};

    #[test]
    fn takes_exactly_the_characters_of_the_rfc() {
        for byte in 0..=0x7F {
            let legal = byte == 0x21 || (0x23..=0x5B).contains(&byte) || (0x5D..=0x7E).contains(&byte);
            let text = [b'a', byte];
            let text = core::str::from_utf8(&text).unwrap_or_default();
            assert_eq!(check(text).is_ok(), legal, "{byte:#x}");
        }
        assert_eq!(check("é"), Err(Fault::NonAscii));
        assert_eq!(check(""), Err(Fault::Empty));
        assert_eq!(check("offline_access"), Err(Fault::OfflineAccess));
        assert_eq!(check("offline_access:files"), Ok(()));
        assert_eq!(check("patient/Observation.rs?category=laboratory"), Ok(()));
        for parameter in [
            "scope=",
            "x_scope=a",
            "error=",
            "realm=",
            "a:resource_metadata=b",
            "error_description=",
            "acr_values=",
            "max_age=300",
        ] {
            assert_eq!(check(parameter), Err(Fault::Parameter));
        }
    }
}
