//! Escapes text that comes from outside the program, before it is written in a log line or an error.
//!
//! A token, or the answer of an authorization server, can contain line breaks, terminal escape sequences, and
//! bidirectional control characters. With these characters, an attacker could forge log lines. A URL can contain a
//! secret, so only its harmless parts are shown.

use std::fmt::{self, Display, Write as _};

/// Implements `Debug` for an error, with the same text as `Display`. If `main` or a test returns the error, Rust prints
/// the error with `Debug`.
macro_rules! debug_as_display {
    ($error:ty) => {
        impl std::fmt::Debug for $error {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(self, f)
            }
        }
    };
}
pub(crate) use debug_as_display;

/// The number of characters after which text from outside the program is cut.
const TEXT: usize = 200;

/// The number of characters after which a message is cut.
#[cfg(any(feature = "export", feature = "tracing"))]
const LINE: usize = 2000;

/// Shows text from outside the program as one line. Invisible characters are escaped, and text that is too long is cut.
///
/// Text that is already escaped stays the same.
pub(crate) fn text<T: Display>(text: T) -> Shown<T> {
    Shown { text, limit: TEXT }
}

/// Does the same as `text`, but cuts the text at a higher limit. Use this function for a message that quotes text from
/// outside the program.
#[cfg(any(feature = "export", feature = "tracing"))]
pub(crate) fn line<T: Display>(text: T) -> Shown<T> {
    Shown { text, limit: LINE }
}

/// Shows the scheme, the host and the path of a URL. The other parts are left out, because they can contain secrets.
#[cfg(feature = "jwt")]
pub(crate) fn url(url: &str) -> Shown<WithoutSecrets<'_>> {
    text(WithoutSecrets(url))
}

/// A text that is escaped and cut while it is written.
pub(crate) struct Shown<T> {
    text: T,
    limit: usize,
}

impl<T: Display> Display for Shown<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut line = Line { out: f, left: self.limit, is_cut: false };
        let written = write!(line, "{}", self.text);
        if line.is_cut { f.write_str("..") } else { written }
    }
}

/// A writer that escapes text, and stops at the limit.
struct Line<'a, 'b> {
    out: &'a mut fmt::Formatter<'b>,
    left: usize,
    is_cut: bool,
}

impl fmt::Write for Line<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for letter in text.chars() {
            // Quotes and backslashes cannot forge a line, so they stay as they are.
            let is_plain = matches!(letter, '"' | '\'' | '\\');
            let length = if is_plain { 1 } else { letter.escape_debug().count() };
            let Some(left) = self.left.checked_sub(length) else {
                self.is_cut = true;
                return Err(fmt::Error);
            };
            self.left = left;
            if is_plain {
                self.out.write_char(letter)?;
            } else {
                write!(self.out, "{}", letter.escape_debug())?;
            }
        }
        Ok(())
    }
}

/// A URL that is written without user, password, query and fragment.
pub(crate) struct WithoutSecrets<'a>(pub(crate) &'a str);

impl Display for WithoutSecrets<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end_of_path = |text: &str| text.find(['?', '#']).unwrap_or(text.len());
        let url = self.0;
        if !url.contains('@') {
            return f.write_str(&url[..end_of_path(url)]);
        }
        let Some((scheme, rest)) = url.split_once("://").filter(|(scheme, _)| is_scheme(scheme)) else {
            return f.write_str("..");
        };
        let (authority, rest) = rest.split_at(rest.find(['/', '\\', '?', '#']).unwrap_or(rest.len()));
        let host = authority.rsplit_once('@').map_or(authority, |(_secret, host)| host);
        if !is_host(host) {
            // If it is unclear where the password ends, only the scheme is safe to show.
            return write!(f, "{scheme}://..");
        }
        write!(f, "{scheme}://{host}{}", &rest[..end_of_path(rest)])
    }
}

fn is_scheme(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
}

/// Tells whether `text` is a name or an IP address, with an optional port.
fn is_host(text: &str) -> bool {
    let (name, port) = match text.rfind(']') {
        Some(bracket) => text.split_at(bracket + 1),
        None => text.split_at(text.find(':').unwrap_or(text.len())),
    };
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte);
    let is_port = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    !name.is_empty()
        && name.bytes().all(is_letter)
        && (port.is_empty() || port.strip_prefix(':').is_some_and(is_port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_forges_a_line_or_hides() {
        let check = |hostile: &str, expected: &str| {
            assert_eq!(text(hostile).to_string(), expected);
            assert_eq!(text(expected).to_string(), expected, "once more");
        };
        check("a b: `c` \"d\" \\ 'é'", "a b: `c` \"d\" \\ 'é'");
        check("a\r\n WARN forged\0", r"a\r\n WARN forged\0");
        check("\u{1b}[2J\u{9b}1m\u{7f}", r"\u{1b}[2J\u{9b}1m\u{7f}");
        check("\u{202e}\u{2066}\u{200f}\u{61c}", r"\u{202e}\u{2066}\u{200f}\u{61c}");
        check("\u{2028}\u{2029}\u{85}\u{feff}\u{200b}", r"\u{2028}\u{2029}\u{85}\u{feff}\u{200b}");
        check("e\u{301}", r"e\u{301}");
    }

    #[test]
    fn what_is_long_is_cut() {
        let long = "\n".repeat(1_000_000);
        assert_eq!(text(&long).to_string(), format!("{}..", r"\n".repeat(TEXT / 2)));
        assert_eq!(text("x".repeat(TEXT)).to_string(), "x".repeat(TEXT));
    }

    #[test]
    fn a_url_is_shown_without_secrets() {
        let check = |hostile, expected| assert_eq!(text(WithoutSecrets(hostile)).to_string(), expected);
        check("https://h:1/keys?api_key=secret#secret", "https://h:1/keys");
        check("https://user:secret@h/keys?a@b", "https://h/keys");
        check("https://us@er:secret@[::1]:8/a@b", "https://[::1]:8/a@b");
        check("https://h/p?secret@x", "https://h/p");
        check("https://user:sec/ret@h", "https://..");
        check("https://user:sec?ret@h", "https://..");
        check("https:user:secret@h", "..");
        check(r"https:\\user:secret@h", "..");
        check("user:secret@h://x", "..");
        check("?secret", "");
        check("legacy", "legacy");
        check("https://h/\nforged", r"https://h/\nforged");
    }
}
