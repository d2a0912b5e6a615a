//! Where the attribute that is being expanded stands.

use std::path::PathBuf;

/// A place in a source file, its line and column counted from 1.
pub(crate) struct Place {
    /// The file; in an editor, and where a macro has written the attribute, there may be none to read.
    pub(crate) file: Option<PathBuf>,
    pub(crate) line: usize,
    pub(crate) column: usize,
}

impl Place {
    /// Finds the place; there is none where no compiler expands the attribute, as in tests.
    pub(crate) fn of_attribute() -> Option<Self> {
        if !proc_macro::is_available() {
            return None;
        }
        let attribute = proc_macro::Span::call_site();
        Some(Self { file: attribute.local_file(), line: attribute.line(), column: attribute.column() })
    }
}
