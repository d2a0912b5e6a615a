//! Scopes with path parameters: `tenant:{tenant}:read`.

use alloc::{borrow::Cow, string::String};
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
    /// A parameter has no name (`{}`), or has a name that a path parameter cannot have.
    Name,
    /// A parameter is next to another parameter, or to a character that a value can contain. A scope made from this
    /// template would not show where the value begins or ends.
    Adjacent,
    /// There is no text around the parameters, so the request's path would determine the whole scope.
    Bare,
    /// The text around the parameters is not allowed in a scope.
    Scope(Fault),
    /// The text of a constant or a variant has a brace without a matching brace, or has literal braces but no
    /// parameter.
    LiteralBrace,
}

/// What the text of a constant or a variant stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// The text is a scope.
    Scope,
    /// The text is a template with at least one parameter.
    Template,
}

/// Tells whether the text of a constant or a variant is a scope or a template. A text with a parameter in braces is a
/// template. A text without a parameter cannot have literal braces (`{{` or `}}`). Each literal brace would be written
/// twice in the text, but only once in a token's scope.
///
/// # Errors
///
/// Fails if `text` is neither a scope nor a template.
pub const fn meaning(text: &str) -> Result<Meaning, TemplateFault> {
    if !has_braces(text) {
        return match check(text) {
            Ok(()) => Ok(Meaning::Scope),
            Err(fault) => Err(TemplateFault::Scope(fault)),
        };
    }
    match check_template(text) {
        Ok(()) if has_template_parameter(text) => Ok(Meaning::Template),
        Ok(()) | Err(TemplateFault::Unbalanced) => Err(TemplateFault::LiteralBrace),
        Err(fault) => Err(fault),
    }
}

/// Tells whether `text` is a template with at least one parameter.
#[must_use]
pub const fn is_template(text: &str) -> bool {
    matches!(meaning(text), Ok(Meaning::Template))
}

/// Tells whether `text` is meant as a template. The template may have a mistake, as in `tenant:{tenant-id}`. A text
/// with an unmatched brace does not count as a template, because it can be an ordinary scope of a token.
#[must_use]
pub const fn is_meant_as_template(text: &str) -> bool {
    !matches!(meaning(text), Ok(Meaning::Scope) | Err(TemplateFault::LiteralBrace))
}

/// Tells whether `text` has a parameter. `text` need not be a valid template. The result is `false` if an unmatched
/// brace or a faulty parameter comes before the first valid parameter.
#[must_use]
pub const fn has_template_parameter(text: &str) -> bool {
    let mut rest = text;
    while !rest.is_empty() {
        match next_piece(rest) {
            Ok((Piece::Parameter(_), _)) => return true,
            Ok((Piece::Text(_), behind)) => rest = behind,
            Err(_) => return false,
        }
    }
    false
}

/// Writes a scope as a template without parameters: each literal brace is doubled.
#[must_use]
pub fn escape(scope: &str) -> Cow<'_, str> {
    if has_braces(scope) { scope.replace('{', "{{").replace('}', "}}").into() } else { scope.into() }
}

/// Returns the scope that a template without parameters stands for. Reverses [`escape`]. Returns `None` if the template
/// has parameters or is not valid.
#[must_use]
pub fn unescape(template: &str) -> Option<String> {
    pieces(template)
        .map(|piece| match piece {
            Ok(Piece::Text(text)) => Some(text),
            Ok(Piece::Parameter(_)) | Err(_) => None,
        })
        .collect()
}

/// Tells whether `text` contains braces. A text with braces is a template, or a scope with escaped braces.
#[must_use]
pub const fn has_braces(text: &str) -> bool {
    first_brace(text) < text.len()
}

/// Returns the position of the first brace, or the length of the text if it has no braces.
const fn first_brace(text: &str) -> usize {
    let mut at = 0;
    while at < text.len() && !matches!(text.as_bytes()[at], b'{' | b'}') {
        at += 1;
    }
    at
}

/// Tells whether a character is allowed in the value of a parameter.
///
/// The allowed characters are the unreserved characters of [RFC 3986, section 2.3]. Separators such as `:` are not
/// allowed. If `:` were allowed, the scope `a:b:c` could come from the template `{x}:{y}` with the values `a` and
/// `b:c`, or with the values `a:b` and `c`.
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

/// Checks a template. In a template, `{name}` is a parameter, and `{{` and `}}` are literal braces.
///
/// # Errors
///
/// Fails if `text` is not a template. The error is the first fault.
pub const fn check_template(text: &str) -> Result<(), TemplateFault> {
    let (mut bare, mut separated, mut after_parameter) = (true, true, false);
    let mut rest = text;
    while !rest.is_empty() {
        let (piece, behind) = match next_piece(rest) {
            Ok(next) => next,
            Err(fault) => return Err(fault),
        };
        rest = behind;
        match piece {
            Piece::Text(text) if after_parameter && is_value_byte(text.as_bytes()[0]) => {
                return Err(TemplateFault::Adjacent);
            }
            Piece::Text(text) => {
                if let Err(fault) = check(text) {
                    return Err(TemplateFault::Scope(fault));
                }
                separated = !is_value_byte(text.as_bytes()[text.len() - 1]);
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

/// Splits off the first piece of `text`. `text` must not be empty.
const fn next_piece(text: &str) -> Result<(Piece<'_>, &str), TemplateFault> {
    let (before, brace_on) = text.split_at(first_brace(text));
    if !before.is_empty() {
        return Ok((Piece::Text(before), brace_on));
    }
    let bytes = brace_on.as_bytes();
    let (brace, inside) = brace_on.split_at(1);
    if bytes.len() > 1 && bytes[1] == bytes[0] {
        return Ok((Piece::Text(brace), inside.split_at(1).1));
    }
    if bytes[0] != b'{' {
        return Err(TemplateFault::Unbalanced);
    }
    let mut end = 0;
    while end < inside.len() && inside.as_bytes()[end] != b'}' {
        end += 1;
    }
    if end == inside.len() {
        return Err(TemplateFault::Unbalanced);
    }
    let (name, behind) = inside.split_at(end);
    if is_name(name) { Ok((Piece::Parameter(name), behind.split_at(1).1)) } else { Err(TemplateFault::Name) }
}

const fn is_name(text: &str) -> bool {
    let mut at = 0;
    while at < text.len() && (text.as_bytes()[at].is_ascii_alphanumeric() || text.as_bytes()[at] == b'_') {
        at += 1;
    }
    at > 0 && at == text.len()
}

impl TemplateFault {
    /// Returns a message that says what is wrong and what to write instead.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self {
            Self::Unbalanced => {
                "a brace begins or ends a parameter, as in `{tenant}`; write `{{` or `}}` for the brace itself"
            }
            Self::Name => "give the parameter the name of a path parameter, as in `{tenant}`",
            Self::Adjacent => {
                "put a separator such as `:` or `/` between a parameter and its neighbour, so that the value does not run into the neighbour; letters, digits, `.`, `_`, `~` and `-` are not separators, because a value can contain them"
            }
            Self::Bare => {
                "put text around the parameter, as in `tenant:{tenant}`; otherwise the path of the request alone would determine the scope"
            }
            Self::Scope(fault) => fault.message(),
            Self::LiteralBrace => {
                "in a constant or a vocabulary, a brace begins or ends a parameter, as in `{tenant}`; for a scope with a literal brace, write the scope in the handler's attribute, as in `#[requires_scope(\"a{{b\")]`"
            }
        }
    }
}

impl fmt::Display for TemplateFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::String;

    use super::{
        MAX_VALUE, Meaning, Piece, TemplateFault, check_template, escape, has_template_parameter,
        is_meant_as_template, is_value, meaning, pieces, unescape,
    };
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

    #[test]
    fn a_constant_with_a_parameter_is_a_template() {
        for (text, expected) in [
            ("files:read", Ok(Meaning::Scope)),
            ("tenant:{tenant}:read", Ok(Meaning::Template)),
            ("{{a}}:{b}", Ok(Meaning::Template)),
            ("a{{b}}", Err(TemplateFault::LiteralBrace)),
            ("a{b", Err(TemplateFault::LiteralBrace)),
            ("a}", Err(TemplateFault::LiteralBrace)),
            ("a{b}", Err(TemplateFault::Adjacent)),
            ("{a}", Err(TemplateFault::Bare)),
            ("a:{}", Err(TemplateFault::Name)),
            ("a b", Err(TemplateFault::Scope(Fault::Space))),
            ("", Err(TemplateFault::Scope(Fault::Empty))),
        ] {
            assert_eq!(meaning(text), expected, "{text}");
        }
        for (text, expected) in [
            ("tenant:{tenant}:read", true),
            ("tenant:{tenant-id}:read", true),
            ("tenant:{tenant}_admin", true),
            ("tenant:{}", true),
            ("{tenant}", true),
            ("tenant:{tenant", false),
            ("a{{b}}", false),
            ("files:read", false),
        ] {
            assert_eq!(is_meant_as_template(text), expected, "{text}");
        }
        assert!(
            has_template_parameter("a{b}")
                && !has_template_parameter("a{{b}}")
                && !has_template_parameter("a{b")
        );
    }

    #[test]
    fn an_escaped_scope_is_read_back() {
        for (scope, escaped) in [("a", "a"), ("a{b}", "a{{b}}"), ("}}{", "}}}}{{"), ("x:{y}", "x:{{y}}")] {
            assert_eq!(escape(scope), escaped);
            assert_eq!(unescape(escaped).as_deref(), Some(scope));
        }
        assert_eq!(unescape("x:{y}"), None);
        assert_eq!(unescape("x{"), None);
    }
}
