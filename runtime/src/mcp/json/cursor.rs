//! Finds the end of a JSON value ([RFC 8259]) without decoding its strings. This module does no input or
//! output.
//!
//! This module checks only one thing in a string: a `\u` must have at least four characters before the closing quote.
//! The code that decodes a string also checks the escapes and the control characters.
//!
//! [RFC 8259]: https://www.rfc-editor.org/rfc/rfc8259

use std::mem;

use memchr::memchr;

/// The depth limit of `serde_json`. Some parsers could crash on a text with more levels of nesting than this limit.
const MAX_DEPTH: usize = 127;

/// A position in a JSON text.
pub(super) struct Cursor<'a> {
    json: &'a str,
    at: usize,
    /// How many more levels of lists and objects the cursor may enter.
    depth: usize,
}

/// A list or an object that the cursor has entered.
pub(super) struct Open {
    close: u8,
    is_at_first: bool,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(json: &'a str) -> Self {
        Self { json, at: 0, depth: MAX_DEPTH }
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.json.as_bytes().get(self.at).copied()
    }

    /// Skips whitespace.
    pub(super) fn blank(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// Skips a value, and returns its text.
    pub(super) fn value(&mut self) -> Option<&'a str> {
        let start = self.at;
        self.skip()?;
        self.json.get(start..self.at)
    }

    /// Enters a list or an object that ends with `close`.
    pub(super) fn open(&mut self, close: u8) -> Option<Open> {
        self.depth = self.depth.checked_sub(1)?;
        self.at += 1;
        Some(Open { close, is_at_first: true })
    }

    /// Moves to the next item of a list, or to the name of the next member of an object. At the end of the list or
    /// object, the function moves past the closing bracket and returns `false`.
    pub(super) fn advance(&mut self, open: &mut Open) -> Option<bool> {
        self.blank();
        if self.eat(open.close).is_some() {
            self.depth += 1;
            return Some(false);
        }
        if !mem::take(&mut open.is_at_first) {
            self.eat(b',')?;
            self.blank();
        }
        Some(true)
    }

    /// Moves from the name of a member to its value.
    pub(super) fn colon(&mut self) -> Option<()> {
        self.blank();
        self.eat(b':')?;
        self.blank();
        Some(())
    }

    /// Skips a value.
    pub(super) fn skip(&mut self) -> Option<()> {
        match self.peek()? {
            b'{' => {
                let mut object = self.open(b'}')?;
                while self.advance(&mut object)? {
                    self.short_text().map(|_| ()).or_else(|| self.skip_text())?;
                    self.colon()?;
                    self.skip()?;
                }
                Some(())
            }
            b'[' => {
                let mut list = self.open(b']')?;
                while self.advance(&mut list)? {
                    self.skip()?;
                }
                Some(())
            }
            b'"' => self.skip_text(),
            _ => self.skip_plain(),
        }
    }

    /// Skips the next byte if it is `byte`; otherwise returns `None`.
    fn eat(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }

    /// Reads a short string without escapes, such as the name of a member, and returns the string's content.
    ///
    /// The function returns `None` if the string is too long, or contains a backslash or a control character. If the
    /// function returns the content, it moves the cursor past the closing quote, as [`Self::skip_text`] does.
    pub(super) fn short_text(&mut self) -> Option<&'a str> {
        const SHORT: usize = 32;
        let start = self.at + 1;
        let rest = self.json.as_bytes().get(self.at..)?.strip_prefix(b"\"")?;
        let ends = |byte: &u8| *byte == b'"' || *byte == b'\\' || *byte < b' ';
        let end = start + rest.iter().take(SHORT).position(ends)?;
        let text = self.json.get(start..end)?;
        (self.json.as_bytes().get(end) == Some(&b'"')).then(|| self.at = end + 1)?;
        Some(text)
    }

    fn skip_text(&mut self) -> Option<()> {
        self.eat(b'"')?;
        let text = self.json.as_bytes().get(self.at..)?;
        let mut at = 0;
        loop {
            let quote = at + memchr(b'"', text.get(at..)?)?;
            at = quote + 1;
            let before = text.get(..quote)?;
            // The cheap test comes first: a string full of escapes has many quotes, but hardly any of them come shortly
            // after a `u`.
            if has_u_at_the_end(before) && ends_in_code_point(before) {
                return None;
            }
            if !ends_in_backslash(before) {
                self.at += at;
                return Some(());
            }
        }
    }

    /// Skips a number, or `true`, `false` or `null`.
    fn skip_plain(&mut self) -> Option<()> {
        let rest = self.json.get(self.at..)?;
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
        let length = rest.bytes().position(|byte| !is_part(byte)).unwrap_or(rest.len());
        let plain = rest.get(..length)?;
        self.at += length;
        (matches!(plain, "true" | "false" | "null") || is_number(plain)).then_some(())
    }
}

/// Tells whether the text ends in an odd number of backslashes. If so, the character after the text is escaped.
fn ends_in_backslash(text: &[u8]) -> bool {
    match text {
        [.., b'\\', b'\\'] => !text.iter().rev().take_while(|&&byte| byte == b'\\').count().is_multiple_of(2),
        [.., last] => *last == b'\\',
        [] => false,
    }
}

/// Tells whether one of the last four bytes is a `u`.
fn has_u_at_the_end(text: &[u8]) -> bool {
    match text {
        [.., a, b, c, d] => [a, b, c, d].into_iter().any(|byte| *byte == b'u'),
        _ => text.contains(&b'u'),
    }
}

/// Tells whether a string ends in a `\u` with fewer than four digits. A careless parser could read the characters after
/// the string as the missing digits.
fn ends_in_code_point(text: &[u8]) -> bool {
    (1..=4)
        .filter_map(|back| text.split_at_checked(text.len().checked_sub(back)?))
        .any(|(before, end)| end.first() == Some(&b'u') && ends_in_backslash(before))
}

fn is_number(text: &str) -> bool {
    let text = text.strip_prefix('-').unwrap_or(text);
    let (number, exponent) = match text.split_once(['e', 'E']) {
        Some((number, exponent)) => (number, Some(exponent)),
        None => (text, None),
    };
    let (whole, fraction) = match number.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (number, None),
    };
    let exponent = exponent.map(|exponent| exponent.strip_prefix(['+', '-']).unwrap_or(exponent));
    is_digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(is_digits)
        && exponent.is_none_or(is_digits)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests;
