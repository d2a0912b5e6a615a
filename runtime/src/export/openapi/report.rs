//! The differences between the table and the document.

use std::fmt;

use crate::shown::debug_as_display;

/// The operations that are only in the table, or only in the `OpenAPI` document.
///
/// Turn these differences into an error with [`OpenApiReport::into_result`]. If an operation is not in the table,
/// nothing enforces the security that the document claims for the operation.
///
/// # Examples
///
/// ```
/// use scopegate::{Gate, ScopeTable, StaticKeys, export::{OAuth, OpenApiReport}};
/// use serde_json::json;
///
/// let gate = Gate::static_keys("files", StaticKeys::parse("sk_read=files:read")?);
/// let oauth = OAuth::authorization_code(&gate, "https://auth.example.com/authorize", "https://auth.example.com/token");
/// let mut document = json!({ "openapi": "3.1.0", "paths": { "/files": { "get": {} } } });
/// let report: OpenApiReport = ScopeTable::default().apply_to(&mut document, &oauth);
/// assert_eq!(report.unknown(), ["GET /files"]);
/// assert!(report.into_result().is_err());
/// # Ok::<(), scopegate::InvalidKey>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
#[must_use]
pub struct OpenApiReport {
    pub(super) problems: Vec<String>,
    pub(super) undocumented: Vec<String>,
    pub(super) unknown: Vec<String>,
    unneeded: Vec<String>,
}

impl OpenApiReport {
    /// Returns the routes, such as `GET /files`, that are not in the document.
    #[must_use]
    pub fn undocumented(&self) -> &[String] {
        &self.undocumented
    }

    /// Returns the operations of the document, such as `GET /files`, that are not in the table.
    #[must_use]
    pub fn unknown(&self) -> &[String] {
        &self.unknown
    }

    /// Returns the problems of the document as a whole, such as a missing security scheme.
    #[must_use]
    pub fn problems(&self) -> &[String] {
        &self.problems
    }

    /// Allows some routes, such as internal routes, to be undocumented. Write each route
    /// as [`OpenApiReport::undocumented`] returns it.
    ///
    /// Each name in `routes` must be the name of an undocumented route; any other name is an error. Without this rule,
    /// the name of a removed route could stay in `routes`, and later hide a new route with the same name.
    ///
    /// # Examples
    ///
    /// ```
    /// # use scopegate::{Gate, Resource, Router, export::OAuth, public, routing::get, testing::TestVerifier};
    /// # #[public]
    /// # async fn metrics() {}
    /// # let routes: Router = Router::new().route("/metrics", get(metrics));
    /// # let gate = Gate::new(Resource::new("https://files.example.com")?, TestVerifier::new());
    /// # let oauth = OAuth::authorization_code(&gate, "https://auth.example.com/authorize", "https://auth.example.com/token");
    /// # let mut openapi = serde_json::json!({ "openapi": "3.1.0", "paths": {} });
    /// routes.table().apply_to(&mut openapi, &oauth).allow_undocumented(["GET /metrics"]).into_result()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn allow_undocumented(mut self, routes: impl IntoIterator<Item: AsRef<str>>) -> Self {
        for route in routes {
            let known = self.undocumented.len();
            self.undocumented.retain(|undocumented| undocumented != route.as_ref());
            if self.undocumented.len() == known {
                self.unneeded.push(route.as_ref().to_owned());
            }
        }
        self
    }

    /// Turns the differences into an error.
    ///
    /// # Errors
    ///
    /// Fails if there is a difference that is not allowed, if the document as a whole has a problem, or if
    /// [`allow_undocumented`](Self::allow_undocumented) was called with a name that no undocumented route has.
    pub fn into_result(self) -> Result<(), Self> {
        if self == Self::default() { Ok(()) } else { Err(self) }
    }
}

impl fmt::Display for OpenApiReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::default() {
            return f.write_str("the OpenAPI document and the routes agree");
        }
        f.write_str("the OpenAPI document and the routes differ:")?;
        for problem in &self.problems {
            write!(f, "\n- the document: {problem}")?;
        }
        for operation in &self.unknown {
            write!(f, "\n- `{operation}` is documented, but is not a route")?;
        }
        for operation in &self.undocumented {
            write!(f, "\n- `{operation}` is a route, but is not documented")?;
        }
        for name in &self.unneeded {
            write!(
                f,
                "\n- `{name}` is allowed to be undocumented, but is not an undocumented route; remove the permission"
            )?;
        }
        if !self.undocumented.is_empty() {
            f.write_str(
                "\ndocument each undocumented route (with utoipa: mount it with `routes!`), or name it in \
                 `allow_undocumented`",
            )?;
        }
        Ok(())
    }
}

debug_as_display!(OpenApiReport);

impl std::error::Error for OpenApiReport {}
