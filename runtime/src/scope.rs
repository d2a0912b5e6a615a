//! Scope tokens: one name of a permission, as RFC 6749 spells it.

use std::fmt;

/// A scope that this program knows: one scope-token of [RFC 6749, section 3.3].
///
/// It is checked when it is made, in a `const` at compile time, so that a scope that exists can always be sent.
///
/// # Examples
///
/// ```
/// use scopegate::Scope;
///
/// const WRITE: Scope = Scope::from_static("files:write");
/// assert_eq!(WRITE.as_str(), "files:write");
/// ```
///
/// A scope has no spaces; this does not compile:
///
/// ```compile_fail
/// const BOTH: scopegate::Scope = scopegate::Scope::from_static("files:read files:write");
/// ```
///
/// [RFC 6749, section 3.3]: https://www.rfc-editor.org/rfc/rfc6749#section-3.3
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scope(&'static str);

impl Scope {
    /// Makes a scope from the program's own text.
    ///
    /// # Panics
    ///
    /// When `text` is not a scope-token, or is `offline_access`, which asks the authorization server for a refresh
    /// token and is no permission of a resource. In a `const` the panic is a compile error.
    #[must_use]
    #[track_caller]
    pub const fn from_static(text: &'static str) -> Self {
        match Self::new(text) {
            Ok(scope) => scope,
            Err(invalid) => panic!("{}", invalid.message()),
        }
    }

    /// Makes a scope from `text` without a panic.
    ///
    /// # Errors
    ///
    /// When `text` is not a scope-token, or is `offline_access`.
    pub const fn new(text: &'static str) -> Result<Self, InvalidScope> {
        match InvalidScope::find_in(text) {
            None => Ok(Self(text)),
            Some(invalid) => Err(invalid),
        }
    }

    /// Returns the scope as it stands in a token or a challenge.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.0
    }

    /// Returns the scope itself, so that a constant and a vocabulary's variant are named alike in an attribute.
    #[must_use]
    pub const fn as_scope(self) -> Self {
        self
    }

    /// Compares two scopes in a `const`, where `==` is not available. Case counts.
    #[must_use]
    pub const fn is(self, other: Self) -> bool {
        same(self.0.as_bytes(), other.0.as_bytes())
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl fmt::Debug for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.0, f)
    }
}

impl serde::Serialize for Scope {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0)
    }
}

/// The reason why a text is not a [`Scope`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidScope(Fault);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    Empty,
    Space,
    Quote,
    Backslash,
    Control,
    NonAscii,
    OfflineAccess,
}

impl InvalidScope {
    const fn find_in(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        if bytes.is_empty() {
            return Some(Self(Fault::Empty));
        }
        let mut at = 0;
        while at < bytes.len() {
            if !is_nqchar(bytes[at]) {
                return Some(Self(fault_of(bytes[at])));
            }
            at += 1;
        }
        if same(bytes, OFFLINE_ACCESS.as_bytes()) {
            return Some(Self(Fault::OfflineAccess));
        }
        None
    }

    /// Says what is wrong and what to write instead.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self.0 {
            Fault::Empty => "a scope cannot be empty; name the permission, as in `\"files:read\"`",
            Fault::Space => {
                "a scope cannot contain a space; write one literal per scope, as in `\"files:read\", \"files:write\"`"
            }
            Fault::Quote => "a scope cannot contain `\"`; a challenge carries it inside quotes",
            Fault::Backslash => "a scope cannot contain `\\`; separate its parts with `:`, `.` or `/`",
            Fault::Control => "a scope cannot contain a control character; use printable ASCII",
            Fault::NonAscii => "a scope is ASCII only; use letters, digits and `:`, `.`, `-`, `_`, `/`",
            Fault::OfflineAccess => {
                "`offline_access` asks for a refresh token and is no permission of a resource; leave it to the client"
            }
        }
    }
}

impl fmt::Display for InvalidScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())
    }
}

impl std::error::Error for InvalidScope {}

/// What a client asks for to get a refresh token. MCP: a resource server SHOULD NOT challenge with it.
const OFFLINE_ACCESS: &str = "offline_access";

/// Compares two texts in a `const`, where `==` is not available.
const fn same(left: &[u8], right: &[u8]) -> bool {
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
pub(crate) const fn is_nqchar(byte: u8) -> bool {
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
