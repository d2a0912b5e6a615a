//! The metadata document of a protected resource (RFC 9728).

use serde::Serialize;

use crate::{
    resource::{Members, Resource},
    scope::{Scope, ScopeToken},
};

/// The protected resource metadata of [RFC 9728, section 2]. A client reads this document to learn where to get a
/// token.
///
/// Members without a value are omitted, as section 3.2 of the RFC demands. Set optional members, such as a name or a
/// policy, on the [`Resource`].
///
/// # Examples
///
/// ```
/// use scopegate::{Resource, ResourceMetadata, Scope};
///
/// let resource = Resource::new("https://files.example.com")?.authorization_server("https://auth.example.com")?;
/// let metadata = ResourceMetadata::new(&resource, [Scope::from_static("files:read")]);
/// assert_eq!(
///     serde_json::to_value(metadata)?,
///     serde_json::json!({
///         "resource": "https://files.example.com",
///         "authorization_servers": ["https://auth.example.com"],
///         "scopes_supported": ["files:read"],
///         "bearer_methods_supported": ["header"],
///     }),
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// [RFC 9728, section 2]: https://www.rfc-editor.org/rfc/rfc9728#section-2
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ResourceMetadata {
    resource: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authorization_servers: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    scopes_supported: Vec<ScopeToken>,
    bearer_methods_supported: [&'static str; 1],
    #[serde(skip_serializing_if = "is_false")]
    tls_client_certificate_bound_access_tokens: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    dpop_signing_alg_values_supported: Vec<String>,
    #[serde(skip_serializing_if = "is_false")]
    dpop_bound_access_tokens_required: bool,
    #[serde(flatten)]
    members: Members,
}

impl ResourceMetadata {
    /// Makes the document for `resource`, with the scopes that clients may request.
    pub fn new(resource: &Resource, scopes_supported: impl IntoIterator<Item = Scope>) -> Self {
        Self::naming(resource, scopes_supported.into_iter().map(ScopeToken::from).collect())
    }

    pub(crate) fn naming(resource: &Resource, scopes_supported: Vec<ScopeToken>) -> Self {
        Self {
            resource: resource.identifier().to_owned(),
            authorization_servers: resource.authorization_servers().to_vec(),
            scopes_supported,
            bearer_methods_supported: ["header"],
            tls_client_certificate_bound_access_tokens: false,
            dpop_signing_alg_values_supported: Vec::new(),
            dpop_bound_access_tokens_required: false,
            members: resource.members.clone(),
        }
    }

    /// States in the document that tokens can be bound to client certificates, and that the resource checks the
    /// binding.
    #[cfg(feature = "axum")]
    pub(crate) fn with_certificates(mut self) -> Self {
        self.tls_client_certificate_bound_access_tokens = true;
        self
    }

    /// States in the document that tokens can be bound by DPoP, and whether DPoP is required.
    #[cfg(feature = "axum")]
    pub(crate) fn with_dpop(mut self, algorithms: &[String], is_required: bool) -> Self {
        self.dpop_signing_alg_values_supported = algorithms.to_vec();
        self.dpop_bound_access_tokens_required = is_required;
        self
    }

    /// The name of the member that [`ResourceMetadata::with_certificates`] sets.
    #[cfg(feature = "axum")]
    pub(crate) const CERTIFICATES: &str = "tls_client_certificate_bound_access_tokens";
    #[cfg(feature = "axum")]
    pub(crate) const DPOP: [&str; 2] =
        ["dpop_signing_alg_values_supported", "dpop_bound_access_tokens_required"];

    /// Returns the identifier of the resource, exactly as the program wrote it.
    pub fn resource(&self) -> &str {
        &self.resource
    }

    /// Returns the issuer identifiers of the authorization servers, exactly as the program wrote them. These servers
    /// issue tokens for the resource.
    pub fn authorization_servers(&self) -> &[String] {
        &self.authorization_servers
    }

    /// Returns the scopes that the document lists for clients to request.
    pub fn scopes_supported(&self) -> &[ScopeToken] {
        &self.scopes_supported
    }

    /// Returns the name that people see: the value of `resource_name`. Names in specific languages are in other
    /// members, such as `resource_name#de`.
    pub fn name(&self) -> Option<&str> {
        self.members.name.as_deref()
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
const fn is_false(value: &bool) -> bool {
    !*value
}
