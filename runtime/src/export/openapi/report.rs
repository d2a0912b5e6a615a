//! What table and document do not have in common.

use std::fmt;

/// The operations that only one of the two knows: the table, or the `OpenAPI` document.
///
/// Make it an error with [`OpenApiReport::into_result`]: an operation that the table does not know has whatever security
/// the document says, which nothing enforces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct OpenApiReport {
    pub(super) problems: Vec<String>,
    pub(super) undocumented: Vec<String>,
    pub(super) unknown: Vec<String>,
    unneeded: Vec<String>,
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

    /// Returns what is wrong with the document as a whole, such as a security scheme that it does not have.
    #[must_use]
    pub fn problems(&self) -> &[String] {
        &self.problems
    }

    /// Allows routes to be undocumented, such as internal ones. Each is named as [`OpenApiReport::undocumented`] names it.
    ///
    /// A name that is no undocumented route becomes an error itself, so that no route hides behind an old one.
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

    /// Makes an error of what only one of the two knows.
    ///
    /// # Errors
    ///
    /// When there is such an operation, when the document as a whole is wrong, or when a route is allowed to be undocumented
    /// that is not.
    pub fn into_result(self) -> Result<(), Self> {
        if self == Self::default() { Ok(()) } else { Err(self) }
    }
}

impl fmt::Display for OpenApiReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the OpenAPI document and the routes are not the same:")?;
        for problem in &self.problems {
            write!(f, "\n- of the document: {problem}")?;
        }
        for operation in &self.unknown {
            write!(f, "\n- `{operation}` is documented, but no route")?;
        }
        for operation in &self.undocumented {
            write!(f, "\n- `{operation}` is a route, but not documented")?;
        }
        for name in &self.unneeded {
            write!(
                f,
                "\n- `{name}` may be undocumented, but is no undocumented route; leave the permission out"
            )?;
        }
        Ok(())
    }
}

impl std::error::Error for OpenApiReport {}
