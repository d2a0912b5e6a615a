//! The identifier of a row in the lock and in the record of a decision.

use std::fmt;

use super::table::Entry;
#[cfg(feature = "axum")]
use super::text::Text;

/// The identifier of a row: one word for the methods of its route, and one word for the path. The row's line in the
/// lock begins with this identifier.
///
/// If the route is unknown, `methods` is `-`, and `place` is the handler instead of the path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RowId {
    pub(crate) methods: String,
    pub(crate) place: String,
}

impl RowId {
    pub(crate) fn of(methods: &str, place: &str) -> Self {
        Self { methods: one_word(methods), place: one_word(place) }
    }
}

impl From<&Entry> for RowId {
    fn from(entry: &Entry) -> Self {
        Self::of(entry.methods().unwrap_or("-"), entry.path().unwrap_or(entry.handler()))
    }
}

impl fmt::Display for RowId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.methods, self.place)
    }
}

#[cfg(feature = "axum")]
impl From<&RowId> for Text {
    fn from(id: &RowId) -> Self {
        id.to_string().into()
    }
}

/// Returns `text` as one word: blanks, control characters and `%` are percent-encoded as in a URL, so different texts
/// become different words.
pub(crate) fn one_word(text: &str) -> String {
    let mut word = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_whitespace() || character.is_control() || character == '%' {
            let mut bytes = [0; 4];
            word.extend(character.encode_utf8(&mut bytes).bytes().map(|byte| format!("%{byte:02X}")));
        } else {
            word.push(character);
        }
    }
    word
}
