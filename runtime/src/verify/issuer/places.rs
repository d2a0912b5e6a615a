//! The addresses of an issuer's metadata and keys, and the way to fetch them.

use reqwest::Url;

use super::Issuer;
use crate::{
    shown,
    verify::jwt::{Hosts, Transport, trusted_url, well_known_urls},
};

/// The addresses of an issuer's documents.
#[derive(Clone)]
pub(crate) struct Places {
    /// The identifier of the issuer. The metadata must have exactly this identifier.
    id: String,
    metadata: Option<String>,
    keys: Option<Keys>,
    key_hosts: Hosts,
    transport: Transport,
    problems: Vec<String>,
}

/// Keys that do not come from the metadata.
#[derive(Clone)]
pub(crate) enum Keys {
    /// Keys at this URL.
    At(String),
    /// This key set.
    Given(String),
}

impl Places {
    pub(super) fn of(id: String) -> Self {
        Self {
            id,
            metadata: None,
            keys: None,
            key_hosts: Hosts::default(),
            transport: Transport::default(),
            problems: Vec::new(),
        }
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    pub(crate) fn keys(&self) -> Option<&Keys> {
        self.keys.as_ref()
    }

    pub(crate) fn transport(&self) -> &Transport {
        &self.transport
    }

    /// Lists the possible URLs of the metadata.
    pub(crate) fn metadata_urls(&self) -> Result<Vec<Url>, String> {
        match &self.metadata {
            Some(url) => Ok(vec![trusted_url(url, &self.transport)?]),
            None => well_known_urls(&self.id, &self.transport),
        }
    }

    /// Checks the URL that the metadata gives for the keys. The URL must be on the origin of the issuer or of the
    /// metadata, or on a host that the program names. Without this check, an issuer could make this program send
    /// requests to any reachable host and trust that host's keys.
    pub(crate) fn admit(&self, text: &str) -> Result<Url, String> {
        self.key_hosts.admit(text, &self.own()?, &self.transport)
    }

    /// Tells whether a URL has the same origin as the issuer or as the metadata.
    #[cfg(feature = "introspection")]
    pub(crate) fn has_origin_of(&self, url: &Url) -> bool {
        self.own().is_ok_and(|own| own.iter().any(|own| own.origin() == url.origin()))
    }

    /// Lists the URLs whose origins belong to the issuer.
    fn own(&self) -> Result<Vec<Url>, String> {
        let metadata = self.metadata.as_ref().map(|url| trusted_url(url, &self.transport)).transpose()?;
        // If the issuer's own URL is not trusted, it is left out. This is not an error, because the program can set
        // another URL for the metadata.
        let issuer = trusted_url(&self.id, &self.transport);
        Ok(metadata.into_iter().chain(issuer.ok()).collect())
    }

    pub(super) fn problems(&self, is_family: bool) -> Vec<String> {
        let mut problems = self.problems.clone();
        problems.extend(self.transport.problems());
        if is_family && self.metadata.is_none() && self.keys.is_none() {
            problems.push("it is a family, so its name does not give the address of its keys; set it with `.metadata_uri(..)` or `.jwks_uri(..)`".to_owned());
            return problems;
        }
        let reason = match &self.keys {
            None => self.metadata_urls().err(),
            Some(Keys::At(url)) => trusted_url(url, &self.transport).err(),
            Some(Keys::Given(set)) => crate::verify::jwt::check_key_set(set).err(),
        };
        problems.extend(reason.map(|reason| format!("its keys cannot be loaded: {reason}")));
        problems
    }
}

/// Settings for the addresses of metadata and keys.
impl Issuer {
    /// Sets the URL of the metadata. Use this method if the authorization server has a different address inside your
    /// cluster, or publishes its metadata at an unusual URL.
    ///
    /// The metadata must still name this issuer ([RFC 8414, section 3.3]). The keys may then be on the origin of this
    /// issuer or of `url`.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::Issuer;
    ///
    /// let issuer = Issuer::new("https://sso.example.com/realms/main")
    ///     .metadata_uri("http://keycloak:8080/realms/main/.well-known/openid-configuration")
    ///     .http_hosts(["keycloak:8080"]);
    /// ```
    ///
    /// [RFC 8414, section 3.3]: https://www.rfc-editor.org/rfc/rfc8414#section-3.3
    pub fn metadata_uri(mut self, url: impl Into<String>) -> Self {
        self.places.metadata = Some(url.into());
        self
    }

    /// Sets the URL of the keys, in place of the URL in the metadata.
    pub fn jwks_uri(mut self, url: impl Into<String>) -> Self {
        self.set_keys(Keys::At(url.into()));
        self
    }

    /// Sets the keys to this JWK set ([RFC 7517, section 5]). Call this method if the program cannot reach the
    /// authorization server.
    ///
    /// [RFC 7517, section 5]: https://www.rfc-editor.org/rfc/rfc7517#section-5
    pub fn key_set(mut self, set: impl Into<String>) -> Self {
        self.set_keys(Keys::Given(set.into()));
        self
    }

    fn set_keys(&mut self, keys: Keys) {
        let before = self.places.keys.replace(keys);
        if before.is_some() {
            let problem = "its keys are set twice; write `.jwks_uri(..)` or `.key_set(..)` once";
            self.places.problems.push(problem.to_owned());
        }
    }

    /// Also loads keys from these hosts, if the metadata names a URL on one of them. Write `host:port` for a port other
    /// than 443.
    ///
    /// By default, keys must be on the origin of the issuer or of its metadata. Name a host only if the provider
    /// documents the host and nobody else can publish on it. The URL of the keys must be an `https` URL, with two
    /// exceptions. An `http` URL is allowed if you set its host with [`Issuer::http_hosts`]. An `http` URL with a
    /// loopback address is allowed if the URL of the issuer or of its metadata also has a loopback address.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::Issuer;
    ///
    /// let issuer = Issuer::new("https://accounts.google.com").key_hosts(["www.googleapis.com"]);
    /// ```
    pub fn key_hosts(mut self, hosts: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        for host in hosts {
            let added = self.places.key_hosts.add(host.as_ref(), "key_hosts");
            self.places.problems.extend(added.err());
        }
        self
    }

    /// Allows `http` for requests to these hosts. Use this method only in a network where nobody can change the
    /// traffic. Write `host:port` for a port other than 80.
    ///
    /// Anyone who can change the answer to a request over `http` can forge tokens.
    pub fn http_hosts(mut self, hosts: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        for host in hosts {
            let added = self.places.transport.add_http_host(host.as_ref());
            self.places.problems.extend(added.err());
        }
        self
    }

    /// Also trusts these root certificates (one or several, in PEM). Call this method if the authorization server's
    /// certificate comes from a private CA.
    pub fn root_certificate(mut self, pem: impl Into<String>) -> Self {
        self.places.transport.add_roots(pem.into());
        self
    }

    /// Sets the proxy for requests, in place of the proxy in the environment (`HTTPS_PROXY`).
    ///
    /// Requests to loopback addresses use no proxy.
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.places.transport.set_proxy(url.into());
        self
    }
}

/// Hides secrets.
impl std::fmt::Debug for Places {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let shown = |url: &str| shown::url(url).to_string();
        f.debug_struct("Places").field("id", &shown(&self.id)).finish_non_exhaustive()
    }
}
