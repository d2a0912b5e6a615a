//! The source file and the line of a handler, for the handler's row in a scope table.

use proc_macro2::Span;

/// The values of `file!()` and `line!()`. The attributes do not emit these two macros, because the compiler would have
/// to expand them for each handler.
pub(crate) struct Source {
    pub(crate) file: String,
    pub(crate) line: usize,
}

impl Source {
    /// Finds the place of a span. Without a compiler, as in unit tests, the file is `unknown`.
    pub(crate) fn of(span: Span) -> Self {
        if !proc_macro::is_available() {
            return Self { file: "unknown".to_owned(), line: 0 };
        }
        let span = span.unwrap();
        Self { file: span.file(), line: span.line() }
    }
}
