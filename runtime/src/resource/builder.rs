//! Sets the optional members of the metadata document, and checks their values.

#[cfg(feature = "axum")]
use serde::Serialize;

#[cfg(feature = "axum")]
use super::members::has_method;
use super::{InvalidResource, Resource, url::Url};

/// Sets optional members of the metadata document. None of these members affects which requests the gate lets through.
///
/// # Examples
///
/// ```
/// use scopegate::{Resource, ResourceMetadata};
///
/// let resource = Resource::new("https://bank.example.com")?
///     .name("The Bank")
///     .documentation("https://docs.example.com/bank#tokens")?
///     .policy("https://bank.example.com/policy")?
///     .terms_of_service("https://bank.example.com/terms")?
///     .member("authorization_details_types_supported", ["payment_initiation"])?;
/// assert_eq!(
///     serde_json::to_value(ResourceMetadata::new(&resource, []))?,
///     serde_json::json!({
///         "resource": "https://bank.example.com",
///         "bearer_methods_supported": ["header"],
///         "resource_documentation": "https://docs.example.com/bank#tokens",
///         "resource_name": "The Bank",
///         "resource_policy_uri": "https://bank.example.com/policy",
///         "resource_tos_uri": "https://bank.example.com/terms",
///         "authorization_details_types_supported": ["payment_initiation"],
///     }),
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl Resource {
    /// Sets the name that people see on the consent page.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.members.name = Some(name.into()).filter(|name| !name.is_empty());
        self
    }

    /// Sets the URL of the page that tells developers how to use the resource.
    ///
    /// # Errors
    ///
    /// Fails if `url` is not an absolute `https` URL. `http` is accepted for loopback hosts.
    pub fn documentation(mut self, url: impl Into<String>) -> Result<Self, InvalidResource> {
        self.members.documentation = Some(Url::page("documentation", url.into())?.into_string());
        Ok(self)
    }

    /// Sets the URL of the page that says how clients may use the data that they receive.
    ///
    /// # Errors
    ///
    /// Fails if `url` is not an absolute `https` URL. `http` is accepted for loopback hosts.
    pub fn policy(mut self, url: impl Into<String>) -> Result<Self, InvalidResource> {
        self.members.policy = Some(Url::page("policy", url.into())?.into_string());
        Ok(self)
    }

    /// Sets the URL of the page with the terms of service.
    ///
    /// # Errors
    ///
    /// Fails if `url` is not an absolute `https` URL. `http` is accepted for loopback hosts.
    pub fn terms_of_service(mut self, url: impl Into<String>) -> Result<Self, InvalidResource> {
        self.members.terms_of_service = Some(Url::page("terms of service", url.into())?.into_string());
        Ok(self)
    }

    /// Sets a member of the metadata document. Use this method only for members that no other method of `Resource`
    /// sets. The member can be an optional member of [RFC 9728, section 2], a translated name (`resource_name#de`), or
    /// an extension. The value is published unchanged.
    ///
    /// # Errors
    ///
    /// Fails if `name` is empty, or names a member that the gate or another method of `Resource` sets. It also fails if
    /// `value` is null or an empty array, or cannot be written as JSON.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::{Resource, ResourceMetadata};
    ///
    /// let resource = Resource::new("https://files.example.com")?
    ///     .member("resource_name#de", "Dateien")?
    ///     .member("example_regions", ["eu", "us"])?;
    /// let metadata = serde_json::to_value(ResourceMetadata::new(&resource, []))?;
    /// assert_eq!(metadata["resource_name#de"], "Dateien");
    /// assert_eq!(metadata["example_regions"], serde_json::json!(["eu", "us"]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// [RFC 9728, section 2]: https://www.rfc-editor.org/rfc/rfc9728#section-2
    #[cfg(feature = "axum")]
    pub fn member(mut self, name: impl Into<String>, value: impl Serialize) -> Result<Self, InvalidResource> {
        let name = name.into();
        let fault = match serde_json::to_value(value) {
            _ if has_method(&name) => "the resource or the gate sets this member; use its method",
            _ if name.is_empty() => "write a name",
            Err(_) => "its value cannot be written as JSON",
            Ok(serde_json::Value::Null) => "write a value, or remove the member",
            Ok(serde_json::Value::Array(items)) if items.is_empty() => "write a value, or remove the member",
            Ok(value) => {
                self.members.others.insert(name, value);
                return Ok(self);
            }
        };
        Err(InvalidResource { what: "member", text: name, fault: fault.into() })
    }

    /// Tells whether the program has set the member with `Resource::member`.
    #[cfg(feature = "axum")]
    pub(crate) fn sets(&self, member: &str) -> bool {
        self.members.others.contains_key(member)
    }
}
