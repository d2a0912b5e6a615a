//! The scopes of this API.

use scopegate::{Scope, Vocabulary};

/// The scope that every request needs.
pub const FLOOR: Scope = Scope::from_static("docs");

/// The scopes, each with what it implies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Vocabulary)]
pub enum DocsScope {
    /// Use the documents service.
    #[scope("docs", baseline)]
    Use,
    /// Read documents.
    #[scope("docs:read", baseline)]
    Read,
    /// Write documents.
    #[scope("docs:write", implies(Read))]
    Write,
    /// Publish documents for everybody.
    #[scope("docs:publish")]
    Publish,
    /// Export all documents of a tenant.
    #[scope("docs:export")]
    Export,
    /// Do everything with documents.
    #[scope("docs:admin", implies(Write, Publish, Export), unadvertised)]
    Admin,
}
