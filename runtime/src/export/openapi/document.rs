//! The interface to an `OpenAPI` document, which is either plain JSON or a value of utoipa's type.

use std::{collections::BTreeMap, fmt};

use serde_json::Value;

use super::scheme::{Flows, OAuth};
use crate::scope::Entry;

/// An `OpenAPI` document that [`ScopeTable::apply_to`](crate::ScopeTable::apply_to) writes to.
///
/// Pass a document of version 3.0, 3.1 or 3.2 as plain JSON (`&mut serde_json::Value`). Libraries such as aide can
/// write their documents as JSON. With the feature `utoipa`, you can also pass utoipa's type
/// (`&mut utoipa::openapi::OpenApi`).
///
/// # Examples
///
/// ```
/// use scopegate::{Gate, ScopeTable, StaticKeys, export::OAuth};
/// use serde_json::json;
///
/// let gate = Gate::static_keys("files", StaticKeys::parse("sk_read=files:read")?);
/// let oauth = OAuth::authorization_code(&gate, "https://auth.example.com/authorize", "https://auth.example.com/token");
/// let mut document = json!({ "openapi": "3.1.0", "info": { "title": "Files", "version": "1" }, "paths": {} });
/// ScopeTable::default().apply_to(&mut document, &oauth).into_result().expect("no operation is unknown");
/// assert_eq!(document["components"]["securitySchemes"]["oauth2"]["type"], "oauth2");
/// # Ok::<(), scopegate::InvalidKey>(())
/// ```
pub struct OpenApiDocument<'a>(pub(super) &'a mut (dyn Document + 'a));

/// Maps the name of the security scheme to the scopes that a token needs. The map is empty if no token is needed.
pub(super) type Alternative = BTreeMap<String, Vec<String>>;

/// Scopes with their descriptions.
pub(super) type Described = BTreeMap<String, String>;

pub(super) trait Document {
    /// Returns a problem with the document as a whole, or `None` if there is none.
    fn problem(&self) -> Option<String>;

    /// Tells whether scopes are allowed only in requirements for OAuth 2 and `OpenID` Connect, as in `OpenAPI` versions
    /// before 3.1.
    fn is_strict(&self) -> bool;

    fn places(&mut self) -> Vec<Place<'_>>;

    /// Tells whether the type of the scheme has scopes. Returns `None` if the document does not have the scheme.
    fn scheme(&self, name: &str) -> Option<bool>;

    /// Adds a scheme, or replaces the scheme that has this name.
    fn add_scheme(&mut self, name: &str, flows: &Flows, scopes: &Described, description: Option<String>);

    /// Adds scopes to each flow of a scheme, unless the flow already has them.
    fn add_scopes(&mut self, name: &str, scopes: &Described);
}

/// An operation of a document. `method` is in capitals.
pub(super) struct Place<'a> {
    pub(super) path: String,
    pub(super) method: String,
    pub(super) operation: &'a mut dyn Operation,
}

pub(super) trait Operation {
    /// Replaces the security requirements of the operation.
    fn need(&mut self, needs: &Needs);
}

/// What an operation needs.
pub(super) struct Needs {
    pub(super) alternatives: Vec<Alternative>,
    /// Extensions for facts without an `OpenAPI` field: the required login, and the scopes that the handler itself may
    /// demand. The value `None` removes an extension.
    pub(super) extensions: [(&'static str, Option<Value>); 3],
}

impl Needs {
    pub(super) fn of(entry: &Entry, oauth: &OAuth, lists_scopes: bool) -> Self {
        let requirement = entry.requirement();
        let extensions = [
            ("x-acr-values", list(requirement.acr())),
            ("x-max-age", requirement.max_age().map(|max_age| max_age.as_secs().into())),
            ("x-also-scopes", list(oauth.also(entry))),
        ];
        Self { alternatives: oauth.alternatives(entry, lists_scopes), extensions }
    }
}

/// Returns the values as a list, or `None` if there are no values.
fn list(values: Vec<impl Into<Value>>) -> Option<Value> {
    (!values.is_empty()).then(|| values.into())
}

impl fmt::Debug for OpenApiDocument<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenApiDocument").finish_non_exhaustive()
    }
}
