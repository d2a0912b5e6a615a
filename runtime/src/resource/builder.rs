//! Sets the optional members, each with the checks that its value needs.

#[cfg(feature = "axum")]
use serde::Serialize;

use super::{
    InvalidResource, Resource,
    url::Url,
    values::{self, DOCUMENTATION, NAME, POLICY, TERMS_OF_SERVICE, in_language},
};

/// What the metadata document can say besides; none of it changes which requests pass.
///
/// # Examples
///
/// ```
/// use scopegate::{Resource, ResourceMetadata};
///
/// let resource = Resource::new("https://bank.example.com")?
///     .name("The Bank")
///     .documentation("https://docs.example.com/bank#tokens")?
///     .documentation_in("de", "https://docs.example.com/de/bank#tokens")?
///     .policy("https://bank.example.com/policy")?
///     .terms_of_service("https://bank.example.com/terms")?
///     .jwks_uri("https://bank.example.com/keys")?
///     .signing_algorithms(["ES256"])?
///     .authorization_details_types(["payment_initiation"])
///     .certificate_bound_tokens();
/// assert_eq!(
///     serde_json::to_value(ResourceMetadata::new(&resource, []))?,
///     serde_json::json!({
///         "resource": "https://bank.example.com",
///         "bearer_methods_supported": ["header"],
///         "jwks_uri": "https://bank.example.com/keys",
///         "resource_signing_alg_values_supported": ["ES256"],
///         "resource_documentation": "https://docs.example.com/bank#tokens",
///         "resource_documentation#de": "https://docs.example.com/de/bank#tokens",
///         "resource_name": "The Bank",
///         "resource_policy_uri": "https://bank.example.com/policy",
///         "resource_tos_uri": "https://bank.example.com/terms",
///         "tls_client_certificate_bound_access_tokens": true,
///         "authorization_details_types_supported": ["payment_initiation"],
///     }),
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl Resource {
    /// Sets the name that people see when they are asked for consent.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.members.set_text(NAME.to_owned(), name.into());
        self
    }

    /// Sets the name in a language, by its BCP 47 tag.
    ///
    /// # Errors
    ///
    /// When `language` is no well-formed tag.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::Resource;
    ///
    /// let resource = Resource::new("https://files.example.com")?.name("Files").name_in("de", "Dateien")?;
    /// assert!(resource.name_in("de_AT", "Dateien").is_err(), "it is `de-AT`");
    /// # Ok::<(), scopegate::InvalidResource>(())
    /// ```
    pub fn name_in(mut self, language: &str, name: impl Into<String>) -> Result<Self, InvalidResource> {
        self.members.set_text(in_language(NAME, language)?, name.into());
        Ok(self)
    }

    /// Sets the page that tells developers how to use the resource.
    ///
    /// # Errors
    ///
    /// When `url` is not an absolute `https` URL. `http` is accepted for loopback hosts.
    pub fn documentation(self, url: impl Into<String>) -> Result<Self, InvalidResource> {
        self.page(DOCUMENTATION.to_owned(), "documentation", url.into())
    }

    /// Sets the page for developers in a language, by its BCP 47 tag.
    ///
    /// # Errors
    ///
    /// When `language` is no well-formed tag, or `url` as in [`Resource::documentation`].
    pub fn documentation_in(self, language: &str, url: impl Into<String>) -> Result<Self, InvalidResource> {
        self.page(in_language(DOCUMENTATION, language)?, "documentation", url.into())
    }

    /// Sets the page that tells how clients may use what the resource gives them.
    ///
    /// # Errors
    ///
    /// When `url` is not an absolute `https` URL. `http` is accepted for loopback hosts.
    pub fn policy(self, url: impl Into<String>) -> Result<Self, InvalidResource> {
        self.page(POLICY.to_owned(), "policy", url.into())
    }

    /// Sets the page with the policy in a language, by its BCP 47 tag.
    ///
    /// # Errors
    ///
    /// When `language` is no well-formed tag, or `url` as in [`Resource::policy`].
    pub fn policy_in(self, language: &str, url: impl Into<String>) -> Result<Self, InvalidResource> {
        self.page(in_language(POLICY, language)?, "policy", url.into())
    }

    /// Sets the page with the terms of service.
    ///
    /// # Errors
    ///
    /// When `url` is not an absolute `https` URL. `http` is accepted for loopback hosts.
    pub fn terms_of_service(self, url: impl Into<String>) -> Result<Self, InvalidResource> {
        self.page(TERMS_OF_SERVICE.to_owned(), "terms of service", url.into())
    }

    /// Sets the page with the terms of service in a language, by its BCP 47 tag.
    ///
    /// # Errors
    ///
    /// When `language` is no well-formed tag, or `url` as in [`Resource::terms_of_service`].
    pub fn terms_of_service_in(
        self,
        language: &str,
        url: impl Into<String>,
    ) -> Result<Self, InvalidResource> {
        self.page(in_language(TERMS_OF_SERVICE, language)?, "terms of service", url.into())
    }

    /// Sets where the resource's own keys are, with which it signs its answers. They are not the authorization server's.
    ///
    /// # Errors
    ///
    /// When `url` is not an absolute `https` URL.
    pub fn jwks_uri(mut self, url: impl Into<String>) -> Result<Self, InvalidResource> {
        self.members.jwks_uri = Some(Url::keys("jwks_uri", url.into())?.into_string());
        Ok(self)
    }

    /// Sets the JWS algorithms with which the resource signs its answers.
    ///
    /// # Errors
    ///
    /// When one is `none`, or no name.
    pub fn signing_algorithms<A: Into<String>>(
        mut self,
        algorithms: impl IntoIterator<Item = A>,
    ) -> Result<Self, InvalidResource> {
        let algorithms = algorithms.into_iter().map(|algorithm| values::algorithm(algorithm.into()));
        self.members.resource_signing_alg_values_supported = algorithms.collect::<Result<_, _>>()?;
        Ok(self)
    }

    /// Sets the types of authorization details that the resource understands ([RFC 9396]).
    ///
    /// [RFC 9396]: https://www.rfc-editor.org/rfc/rfc9396
    #[must_use]
    pub fn authorization_details_types<T: Into<String>>(
        mut self,
        types: impl IntoIterator<Item = T>,
    ) -> Self {
        self.members.authorization_details_types_supported = types.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the JWS algorithms that the resource accepts in `DPoP` proofs ([RFC 9449]).
    ///
    /// The document says so; the gate does not check proofs.
    ///
    /// # Errors
    ///
    /// When one is `none`, symmetric, or no name.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::Resource;
    ///
    /// let resource = Resource::new("https://files.example.com")?.dpop_signing_algorithms(["ES256"])?;
    /// let error = resource.dpop_signing_algorithms(["HS256"]).unwrap_err();
    /// assert!(error.to_string().contains("use an asymmetric algorithm"));
    /// # Ok::<(), scopegate::InvalidResource>(())
    /// ```
    ///
    /// [RFC 9449]: https://www.rfc-editor.org/rfc/rfc9449
    pub fn dpop_signing_algorithms<A: Into<String>>(
        mut self,
        algorithms: impl IntoIterator<Item = A>,
    ) -> Result<Self, InvalidResource> {
        let algorithms = algorithms.into_iter().map(|algorithm| values::asymmetric(algorithm.into()));
        self.members.dpop_signing_alg_values_supported = algorithms.collect::<Result<_, _>>()?;
        Ok(self)
    }

    /// Says that every access token must be bound to a key by `DPoP`.
    ///
    /// The document says so; the gate takes bearer tokens and does not check proofs.
    #[must_use]
    pub fn dpop_required(mut self) -> Self {
        self.members.dpop_bound_access_tokens_required = true;
        self
    }

    /// Says that access tokens can be bound to the client's TLS certificate ([RFC 8705]).
    ///
    /// [RFC 8705]: https://www.rfc-editor.org/rfc/rfc8705
    #[must_use]
    pub fn certificate_bound_tokens(mut self) -> Self {
        self.members.tls_client_certificate_bound_access_tokens = true;
        self
    }

    /// Passes on members that somebody signed, as a JWT ([RFC 9728, section 2.2]).
    ///
    /// # Errors
    ///
    /// When `jwt` is not three base64url texts with dots between them. What it says and who signed it is not checked.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::Resource;
    ///
    /// let resource = Resource::new("https://files.example.com")?;
    /// assert!(resource.clone().signed_metadata("eyJhbGciOiJFUzI1NiJ9.e30.c2lnbmF0dXJl").is_ok());
    /// assert!(resource.signed_metadata("eyJhbGciOiJub25lIn0.e30.").is_err());
    /// # Ok::<(), scopegate::InvalidResource>(())
    /// ```
    ///
    /// [RFC 9728, section 2.2]: https://www.rfc-editor.org/rfc/rfc9728#section-2.2
    pub fn signed_metadata(mut self, jwt: impl Into<String>) -> Result<Self, InvalidResource> {
        self.members.signed_metadata = Some(values::signed(jwt.into())?);
        Ok(self)
    }

    /// Sets a member that RFC 9728 does not define.
    ///
    /// # Errors
    ///
    /// When RFC 9728 does define it, or `value` is nothing (null, or an empty array) or cannot be written as JSON.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::{Resource, ResourceMetadata};
    ///
    /// let resource = Resource::new("https://files.example.com")?.member("example_regions", ["eu", "us"])?;
    /// let metadata = serde_json::to_value(ResourceMetadata::new(&resource, []))?;
    /// assert_eq!(metadata["example_regions"], serde_json::json!(["eu", "us"]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[cfg(feature = "axum")]
    pub fn member(mut self, name: impl Into<String>, value: impl Serialize) -> Result<Self, InvalidResource> {
        let name = name.into();
        let fault = match serde_json::to_value(value) {
            _ if values::is_registered(&name) => "RFC 9728 defines it; use the method for it",
            _ if name.is_empty() => "write a name",
            Err(_) => "its value cannot be written as JSON",
            Ok(serde_json::Value::Null) => "a member without a value is left out",
            Ok(serde_json::Value::Array(items)) if items.is_empty() => "a member without a value is left out",
            Ok(value) => {
                self.members.extensions.insert(name, value);
                return Ok(self);
            }
        };
        Err(InvalidResource { what: "member", text: name, fault })
    }

    fn page(mut self, member: String, what: &'static str, url: String) -> Result<Self, InvalidResource> {
        self.members.set_text(member, Url::page(what, url)?.into_string());
        Ok(self)
    }
}
