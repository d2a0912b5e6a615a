//! The place of the attribute that is being expanded.

use std::path::PathBuf;

/// A place in a source file. Lines and columns are counted from 1.
pub(crate) struct Place {
    /// The file, or `None` if no file can be read, for example because an editor expands the attribute. If a macro
    /// emitted the attribute, this can be the macro's file.
    pub(crate) file: Option<PathBuf>,
    pub(crate) line: usize,
    pub(crate) column: usize,
}

impl Place {
    /// Finds the place. Returns `None` if the code runs outside the compiler, for example in a unit test.
    pub(crate) fn of_attribute() -> Option<Self> {
        if !proc_macro::is_available() {
            return None;
        }
        let attribute = proc_macro::Span::call_site();
        Some(Self { file: attribute.local_file(), line: attribute.line(), column: attribute.column() })
    }
}
