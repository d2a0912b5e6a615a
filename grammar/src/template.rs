//! Scopes with path parameters: `tenant:{tenant}:read`.

use core::fmt;

use crate::{Fault, check};

/// A piece of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Text that is used as written.
    Text(&'a str),
    /// The name of a parameter. The parameter's value replaces the piece.
    Parameter(&'a str),
}

/// Why a string is not a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TemplateFault {
    /// The text has a brace without a matching brace.
    Unbalanced,
    /// A parameter is written `{}`, or has a name that a path parameter cannot have.
    Name,
    /// A parameter is next to another parameter, or to a character that a value can contain. In a scope made from this
    /// template, nobody could tell where the value begins or ends.
    Adjacent,
    /// There is no text around the parameters, so the path of the request alone would
    /// determine the scope.
    Bare,
    /// The text around the parameters is not allowed in a scope.
    Scope(Fault),
}

/// Tells whether `text` contains braces. A text with braces is a template, or a scope with escaped braces.
#[must_use]
pub fn has_braces(text: &str) -> bool {
    text.contains(['{', '}'])
}

/// Tells whether a character is allowed in the value of a parameter.
///
/// The allowed characters are the unreserved characters of [RFC 3986, section 2.3]. Separators such as `:`
/// are not allowed. If `:` were allowed, the template `{x}:{y}` would make the same scope from the values `a` and
/// `b:c` as from the values `a:b` and `c`.
///
/// [RFC 3986, section 2.3]: https://www.rfc-editor.org/rfc/rfc3986#section-2.3
#[must_use]
pub const fn is_value_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'~' | b'-')
}

/// The maximum length of a value, in bytes. In practice, values are shorter than this limit. Scopes with values up to
/// this limit fit into a challenge.
pub const MAX_VALUE: usize = 1024;

/// Texts that cannot be values, because clients remove them from a URL ([RFC 3986, section 5.2.4]).
///
/// [RFC 3986, section 5.2.4]: https://www.rfc-editor.org/rfc/rfc3986#section-5.2.4
pub const NO_VALUES: [&str; 2] = [".", ".."];

/// Tells whether `text` may be the value of a parameter. A value has 1 to [`MAX_VALUE`] characters.
/// [`is_value_byte`] must allow each of them, and the value must not be one of [`NO_VALUES`].
#[must_use]
pub fn is_value(text: &str) -> bool {
    (1..=MAX_VALUE).contains(&text.len()) && text.bytes().all(is_value_byte) && !NO_VALUES.contains(&text)
}

fn is_value_char(character: char) -> bool {
    u8::try_from(character).is_ok_and(is_value_byte)
}

/// Checks a template. In a template, `{name}` is a parameter, and `{{` and `}}` are literal braces.
///
/// # Errors
///
/// Fails if `text` is not a template. The error is the first fault.
pub fn check_template(text: &str) -> Result<(), TemplateFault> {
    let (mut bare, mut separated, mut after_parameter) = (true, true, false);
    for piece in pieces(text) {
        match piece? {
            Piece::Text(text) if after_parameter && text.starts_with(is_value_char) => {
                return Err(TemplateFault::Adjacent);
            }
            Piece::Text(text) => {
                check(text).map_err(TemplateFault::Scope)?;
                separated = !text.ends_with(is_value_char);
                (bare, after_parameter) = (false, false);
            }
            Piece::Parameter(_) if !separated => return Err(TemplateFault::Adjacent),
            Piece::Parameter(_) => (separated, after_parameter) = (false, true),
        }
    }
    match (text.is_empty(), bare) {
        (true, _) => Err(TemplateFault::Scope(Fault::Empty)),
        (false, true) => Err(TemplateFault::Bare),
        (false, false) => Ok(()),
    }
}

/// Splits a template into its pieces.
pub fn pieces(text: &str) -> impl Iterator<Item = Result<Piece<'_>, TemplateFault>> {
    let mut rest = text;
    core::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let next = next_piece(rest);
        rest = next.as_ref().map_or("", |(_, rest)| rest);
        Some(next.map(|(piece, _)| piece))
    })
}

fn next_piece(text: &str) -> Result<(Piece<'_>, &str), TemplateFault> {
    let (before, brace_on) = text.split_at(text.find(['{', '}']).unwrap_or(text.len()));
    if !before.is_empty() {
        return Ok((Piece::Text(before), brace_on));
    }
    if brace_on.starts_with("{{") || brace_on.starts_with("}}") {
        let (brace, rest) = brace_on.split_at(2);
        return Ok((Piece::Text(&brace[..1]), rest));
    }
    let inside = brace_on.strip_prefix('{').ok_or(TemplateFault::Unbalanced)?;
    let (name, rest) = inside.split_once('}').ok_or(TemplateFault::Unbalanced)?;
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if is_name { Ok((Piece::Parameter(name), rest)) } else { Err(TemplateFault::Name) }
}

impl fmt::Display for TemplateFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unbalanced => "a brace begins or ends a parameter, as in `{tenant}`; write `{{` or `}}` for the brace itself",
            Self::Name => "give the parameter the name of a path parameter, as in `{tenant}`",
            Self::Adjacent => "put a separator such as `:` or `/` on both sides of a parameter; a value can hold letters, digits and `.`, `_`, `~`, `-`, and would run into the text",
            Self::Bare => "put text around the parameter, as in `tenant:{tenant}`; otherwise the path alone would name the scope",
            Self::Scope(fault) => fault.message(),
        })
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::String;

    use super::{MAX_VALUE, Piece, TemplateFault, check_template, is_value, pieces};
    use crate::Fault;

    #[test]
    fn values_are_plain_and_bounded() {
        for value in ["a", "A-_~.1", "...", ".a", "-"] {
            assert!(is_value(value), "{value}");
        }
        for other in ["", ".", "..", "a/b", "%61", "a b", "a:b", "ä", "a\0", "{a}"] {
            assert!(!is_value(other), "{other}");
        }
        let of = |length| (0..length).map(|_| 'a').collect::<String>();
        assert!(is_value(&of(MAX_VALUE)));
        assert!(!is_value(&of(MAX_VALUE + 1)));
    }

    #[test]
    fn templates_are_read_as_written() {
        let cases = [
            ("tenant:{tenant}:read", Ok(())),
            ("{a}:{b}/{c}", Ok(())),
            ("{a}", Err(TemplateFault::Bare)),
            ("scop{a}=b", Err(TemplateFault::Adjacent)),
            ("tenant.{a}.read", Err(TemplateFault::Adjacent)),
            ("tenant:{a}.read", Err(TemplateFault::Adjacent)),
            ("repo-{a}", Err(TemplateFault::Adjacent)),
            ("repo/{a}", Ok(())),
            ("a{{b}}", Ok(())),
            ("{{{a}}}", Ok(())),
            ("{a", Err(TemplateFault::Unbalanced)),
            ("a}", Err(TemplateFault::Unbalanced)),
            ("{}", Err(TemplateFault::Name)),
            ("{a b}", Err(TemplateFault::Name)),
            ("{*rest}", Err(TemplateFault::Name)),
            ("{a}{b}", Err(TemplateFault::Adjacent)),
            ("{a}-{b}", Err(TemplateFault::Adjacent)),
            ("{a}-:{b}", Err(TemplateFault::Adjacent)),
            ("{a}:-:{b}", Ok(())),
            ("a b:{c}", Err(TemplateFault::Scope(Fault::Space))),
            ("", Err(TemplateFault::Scope(Fault::Empty))),
        ];
        for (text, expected) in cases {
            assert_eq!(check_template(text), expected, "{text}");
        }
        let mut read = pieces("x:{{{a}}}").map(|piece| piece.unwrap_or(Piece::Text("?")));
        let expected = [Piece::Text("x:"), Piece::Text("{"), Piece::Parameter("a"), Piece::Text("}")];
        assert!(expected.into_iter().all(|piece| read.next() == Some(piece)));
        assert_eq!(read.next(), None);
    }
}
