//! Where a handler is written, as its row says it.

use proc_macro2::Span;

/// What `file!()` and `line!()` would say, which the compiler would have to expand for each handler.
pub(crate) struct Source {
    pub(crate) file: String,
    pub(crate) line: usize,
}

impl Source {
    /// Where no compiler expands the attribute, as in tests, there is none.
    pub(crate) fn of(span: Span) -> Self {
        if !proc_macro::is_available() {
            return Self { file: "unknown".to_owned(), line: 0 };
        }
        let span = span.unwrap();
        Self { file: span.file(), line: span.line() }
    }
}
