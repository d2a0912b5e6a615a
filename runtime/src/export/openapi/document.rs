//! What is read and written of a document, whichever kind it is.

use std::{collections::BTreeMap, fmt};

use serde_json::Value;

use super::scheme::Flows;
use crate::scope::Requirement;

/// An `OpenAPI` document that [`ScopeTable::apply_to`](crate::ScopeTable::apply_to) writes to.
///
/// It is plain JSON of version 3.0, 3.1 or 3.2 (`&mut serde_json::Value`), as aide and others make it, or, with the feature
/// `utoipa`, utoipa's (`&mut utoipa::openapi::OpenApi`).
pub struct OpenApiDocument<'a>(pub(super) &'a mut (dyn Document + 'a));

/// Scopes by the name of a scheme, all of which are needed; no scheme, no token.
pub(super) type Alternative = BTreeMap<String, Vec<String>>;

/// Scopes, and what people are told about each.
pub(super) type Described = BTreeMap<String, String>;

pub(super) trait Document {
    /// Says what is wrong with the document as a whole.
    fn problem(&self) -> Option<String>;

    /// Tells whether only schemes that have scopes can list any, as before `OpenAPI` 3.1.
    fn is_strict(&self) -> bool;

    fn places(&mut self) -> Vec<Place<'_>>;

    /// Finds a scheme, and tells whether it is of a kind that has scopes.
    fn scheme(&self, name: &str) -> Option<bool>;

    /// Adds a scheme, or replaces the one of that name.
    fn add_scheme(&mut self, name: &str, flows: &Flows, scopes: &Described, description: Option<String>);

    /// Adds to the flows of a scheme those scopes that they do not have.
    fn add_scopes(&mut self, name: &str, scopes: &Described);
}

/// An operation of a document, and its method in capitals.
pub(super) struct Place<'a> {
    pub(super) path: String,
    pub(super) method: String,
    pub(super) operation: &'a mut dyn Operation,
}

pub(super) trait Operation {
    /// Replaces what the operation says that it needs.
    fn need(&mut self, needs: &Needs);
}

/// What an operation needs.
pub(super) struct Needs {
    pub(super) alternatives: Vec<Alternative>,
    /// What is asked of the login, by the names of extensions, since `OpenAPI` has no words for it; nothing where one has to go.
    pub(super) extensions: [(&'static str, Option<Value>); 2],
}

impl Needs {
    pub(super) fn of(alternatives: Vec<Alternative>, requirement: &Requirement) -> Self {
        let acr = Some(requirement.acr()).filter(|values| !values.is_empty()).map(Value::from);
        let max_age = requirement.max_age().map(|max_age| max_age.as_secs().into());
        Self { alternatives, extensions: [("x-acr-values", acr), ("x-max-age", max_age)] }
    }
}

impl fmt::Debug for OpenApiDocument<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenApiDocument").finish_non_exhaustive()
    }
}
