//! The place of the attribute that is being expanded.

use std::path::PathBuf;

/// A place in a source file. Line and column count from 1.
pub(crate) struct Place {
    /// The file. In an editor, or for an attribute written by a macro, there may be no file to read.
    pub(crate) file: Option<PathBuf>,
    pub(crate) line: usize,
    pub(crate) column: usize,
}

impl Place {
    /// Finds the place. Without a compiler, as in unit tests, there is none.
    pub(crate) fn of_attribute() -> Option<Self> {
        if !proc_macro::is_available() {
            return None;
        }
        let start = proc_macro::Span::call_site().start();
        Some(Self { file: start.local_file(), line: start.line(), column: start.column() })
    }
}
