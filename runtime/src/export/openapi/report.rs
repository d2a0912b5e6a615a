//! What table and document do not have in common.

use std::fmt;

/// The operations that only one of the two knows: the table, or the `OpenAPI` document.
///
/// Make it an error with [`OpenApiReport::into_result`]: an operation that the table does not know has whatever security
/// the document says, which nothing enforces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct OpenApiReport {
    pub(super) undocumented: Vec<String>,
    pub(super) unknown: Vec<String>,
}

impl OpenApiReport {
    /// Returns the routes of the table that the document does not have, as in `GET /files`.
    #[must_use]
    pub fn undocumented(&self) -> &[String] {
        &self.undocumented
    }

    /// Returns the operations of the document that the table does not have, as in `GET /files`.
    #[must_use]
    pub fn unknown(&self) -> &[String] {
        &self.unknown
    }

    /// Makes an error of what only one of the two knows.
    ///
    /// # Errors
    ///
    /// When there is such an operation.
    pub fn into_result(self) -> Result<(), Self> {
        if self.undocumented.is_empty() && self.unknown.is_empty() { Ok(()) } else { Err(self) }
    }
}

impl fmt::Display for OpenApiReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the OpenAPI document and the routes are not the same:")?;
        for operation in &self.unknown {
            write!(f, "\n- `{operation}` is documented, but no route")?;
        }
        for operation in &self.undocumented {
            write!(f, "\n- `{operation}` is a route, but not documented")?;
        }
        Ok(())
    }
}

impl std::error::Error for OpenApiReport {}
