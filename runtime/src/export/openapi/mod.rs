//! Puts what each operation needs into an `OpenAPI` document.

mod operations;
mod report;
mod scheme;

use utoipa::openapi::{OpenApi, security::SecurityRequirement};

use self::operations::{Operations, place_of};
pub use self::{report::OpenApiReport, scheme::OAuth};
use crate::scope::{Requirement, ScopeTable};

impl ScopeTable {
    /// Adds the OAuth 2 scheme to `openapi` and, for each operation, exactly what it needs.
    ///
    /// Each alternative is a security requirement of its own, with the floor of the gate; a public operation has an empty
    /// list, whatever the document says of all operations. What an operation said before is replaced. A template stands
    /// with its braces. Scopes that are not advertised are named where they are needed.
    ///
    /// An operation that the table does not know stays as it is, and is reported; so is a route that the document does not
    /// have. Routes are found by method and path, with `{*rest}` written as `{rest}`; `GET` stands for `HEAD`, too.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::{Gate, Resource, Router, export::OAuth, requires_scope, routing::get, testing::TestVerifier};
    /// use utoipa::OpenApi;
    ///
    /// #[utoipa::path(get, path = "/files", responses((status = 200)))]
    /// #[requires_scope("files:read")]
    /// async fn list() {}
    ///
    /// #[derive(OpenApi)]
    /// #[openapi(paths(list))]
    /// struct Documentation;
    ///
    /// let routes: Router = Router::new().route("/files", get(list));
    /// let resource = Resource::new("https://files.example.com")?.authorization_server("https://auth.example.com")?;
    /// let gate = Gate::new(resource, TestVerifier::new());
    /// let oauth = OAuth::authorization_code(&gate, "https://auth.example.com/authorize", "https://auth.example.com/token");
    ///
    /// let mut openapi = Documentation::openapi();
    /// routes.table().apply_to(&mut openapi, &oauth).into_result()?;
    /// let json = serde_json::to_value(&openapi)?;
    /// assert_eq!(json["paths"]["/files"]["get"]["security"], serde_json::json!([{ "oauth2": ["files:read"] }]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn apply_to(&self, openapi: &mut OpenApi, oauth: &OAuth) -> OpenApiReport {
        let mut report = OpenApiReport::default();
        let mut operations = Operations::of(openapi);
        for entry in self.entries() {
            let Some((path, methods)) = entry.path().zip(entry.methods()) else {
                report.undocumented.push(format!("{} (its path is not known)", entry.handler()));
                continue;
            };
            let security = security(entry.requirement(), oauth);
            let is_fallback = methods == "*" && path.ends_with("/*");
            for method in methods.split(',') {
                if !operations.set(&place_of(path), method, &security) && !is_fallback {
                    report.undocumented.push(format!("{method} {path}"));
                }
            }
        }
        report.unknown = operations.untouched();
        oauth.add_to(openapi, self);
        report
    }
}

fn security(requirement: &Requirement, oauth: &OAuth) -> Vec<SecurityRequirement> {
    let of = |scopes: &[&str]| SecurityRequirement::new(oauth.name(), oauth.with_floor(scopes));
    match requirement.alternatives()[..] {
        _ if requirement.is_public() => Vec::new(),
        [] => vec![of(&[])],
        ref alternatives => alternatives.iter().map(|scopes| of(scopes)).collect(),
    }
}
