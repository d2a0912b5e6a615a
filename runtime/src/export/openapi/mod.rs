//! Writes the requirements of operations into an `OpenAPI` document.

mod document;
mod json;
#[cfg(feature = "utoipa")]
mod of_utoipa;
mod operations;
mod report;
mod scheme;

use self::{document::Needs, operations::Operations};
pub use self::{document::OpenApiDocument, report::OpenApiReport, scheme::OAuth};
use crate::{enforce::place_of, scope::ScopeTable};

impl ScopeTable {
    /// Writes the exact requirement of each operation, and the OAuth 2 scheme, into an `OpenAPI` document.
    ///
    /// The document is a value of utoipa's type, or plain JSON. Each alternative of an operation's requirement becomes
    /// a separate security requirement, which also names the scopes of the gate's floor. A public operation gets an
    /// empty list of requirements, which overrides the document's default. If the handler of a public operation takes
    /// `Option<Access>`, a token is optional, and the list is `[{}, {"oauth2":[]}]`. A required `acr` becomes the
    /// extension `x-acr-values`, which is a list. A required `max_age` becomes the extension `x-max-age`, in seconds.
    /// The extension `x-also-scopes` lists the scopes of `also(..)`, which the handler itself may demand. The new
    /// requirements and extensions replace those that the operation had before. A scope template is written with its
    /// braces. A requirement names all scopes that the operation needs, even those that the metadata does not
    /// advertise.
    ///
    /// Operations of the document that are not in the table stay as they are, and the report lists them. The report
    /// also lists each route that is not in the document. The method and the path tell which operation of the document
    /// belongs to a route. Where the route has `{*rest}`, the document has `{rest}`. A route for `GET` also covers
    /// `HEAD`.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "utoipa")] {
    /// use scopegate::{Gate, Resource, Router, export::OAuth, requires_scope, routes, testing::TestVerifier};
    /// use utoipa::OpenApi;
    ///
    /// #[utoipa::path(get, path = "/files", responses((status = 200)))]
    /// #[requires_scope("files:read")]
    /// async fn list() {}
    ///
    /// #[derive(OpenApi)]
    /// struct Documentation;
    ///
    /// let routes: Router = Router::new().routes(routes!(list));
    /// let resource = Resource::new("https://files.example.com")?.authorization_server("https://auth.example.com")?;
    /// let gate = Gate::new(resource, TestVerifier::new());
    /// let oauth = OAuth::authorization_code(&gate, "https://auth.example.com/authorize", "https://auth.example.com/token");
    ///
    /// let mut openapi = routes.openapi(Documentation::openapi());
    /// routes.table().apply_to(&mut openapi, &oauth).into_result()?;
    /// let json = serde_json::to_value(&openapi)?;
    /// assert_eq!(json["paths"]["/files"]["get"]["security"], serde_json::json!([{ "oauth2": ["files:read"] }]));
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// To use another library, pass the document as JSON:
    ///
    /// ```
    /// use scopegate::{Gate, Resource, Router, export::OAuth, requires_scope, routing::get, testing::TestVerifier};
    /// use serde_json::json;
    ///
    /// #[requires_scope("files:read")]
    /// async fn list() {}
    ///
    /// let routes: Router = Router::new().route("/files", get(list));
    /// # let resource = Resource::new("https://files.example.com")?.authorization_server("https://auth.example.com")?;
    /// # let gate = Gate::new(resource, TestVerifier::new());
    /// let mut document = json!({
    ///     "openapi": "3.0.3",
    ///     "info": { "title": "Files", "version": "1" },
    ///     "paths": { "/files": { "get": { "responses": { "200": { "description": "The names" } } } } },
    ///     "components": { "securitySchemes": {
    ///         "login": { "type": "openIdConnect", "openIdConnectUrl": "https://auth.example.com/.well-known/openid-configuration" },
    ///     } },
    /// });
    /// routes.table().apply_to(&mut document, &OAuth::existing(&gate, "login")).into_result()?;
    /// assert_eq!(document["paths"]["/files"]["get"]["security"], json!([{ "login": ["files:read"] }]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn apply_to<'a>(&self, openapi: impl Into<OpenApiDocument<'a>>, oauth: &OAuth) -> OpenApiReport {
        let OpenApiDocument(document) = openapi.into();
        let mut report = OpenApiReport::default();
        report.problems.extend(document.problem());
        if report.problems.is_empty() {
            report.problems.extend(oauth.describe_in(document, self));
        }
        let lists_scopes = oauth.lists_scopes_in(document);
        let mut operations = Operations::of(document);
        for entry in self.entries() {
            let Some((path, methods)) = entry.path().zip(entry.methods()) else {
                report.undocumented.push(format!("{} (its path is unknown)", entry.handler()));
                continue;
            };
            let needs = Needs::of(entry, oauth, lists_scopes);
            let is_fallback = methods == "*" && path.ends_with("/*");
            for method in methods.split(',') {
                if !operations.set(&place_of(path), method, &needs) && !is_fallback {
                    report.undocumented.push(format!("{method} {path}"));
                }
            }
        }
        report.unknown = operations.untouched();
        report
    }
}
