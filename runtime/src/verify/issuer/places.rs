//! Where the metadata and the keys of an issuer are, and how they are fetched.

use reqwest::Url;

use super::Issuer;
use crate::{
    shown,
    verify::jwt::{Hosts, Transport, trusted_url, well_known_urls},
};

/// Where an issuer's documents are.
#[derive(Clone)]
pub(crate) struct Places {
    /// The identifier that the metadata must have, code point for code point.
    id: String,
    metadata: Option<String>,
    keys: Option<Keys>,
    key_hosts: Hosts,
    transport: Transport,
    problems: Vec<String>,
}

/// Keys that do not come by metadata.
#[derive(Clone)]
pub(crate) enum Keys {
    /// They are here.
    At(String),
    /// They are these.
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

    /// Lists where the metadata may be.
    pub(crate) fn metadata_urls(&self) -> Result<Vec<Url>, String> {
        match &self.metadata {
            Some(url) => Ok(vec![trusted_url(url, &self.transport)?]),
            None => well_known_urls(&self.id, &self.transport),
        }
    }

    /// Reads a URL that the metadata names: on the origin of the issuer or of the metadata, or on a host that the program names. Else
    /// an issuer could have this program ask any host that it reaches, and trust what anybody there publishes.
    pub(crate) fn admit(&self, text: &str) -> Result<Url, String> {
        self.key_hosts.admit(text, &self.own()?, &self.transport)
    }

    /// Tells whether a URL is on the origin of the issuer or of the metadata.
    #[cfg(feature = "introspection")]
    pub(crate) fn has_origin_of(&self, url: &Url) -> bool {
        self.own().is_ok_and(|own| own.iter().any(|own| own.origin() == url.origin()))
    }

    /// Lists the URLs whose origins are the issuer's own.
    fn own(&self) -> Result<Vec<Url>, String> {
        let metadata = self.metadata.as_ref().map(|url| trusted_url(url, &self.transport)).transpose()?;
        // An issuer with metadata elsewhere need not be reachable itself.
        let issuer = trusted_url(&self.id, &self.transport);
        Ok(metadata.into_iter().chain(issuer.ok()).collect())
    }

    pub(super) fn problems(&self, is_family: bool) -> Vec<String> {
        let mut problems = self.problems.clone();
        problems.extend(self.transport.problems());
        if is_family && self.metadata.is_none() && self.keys.is_none() {
            problems.push("it is a family, and its own name says not where its keys are; name them in `.metadata_uri(..)` or `.jwks_uri(..)`".to_owned());
            return problems;
        }
        let reason = match &self.keys {
            None => self.metadata_urls().err(),
            Some(Keys::At(url)) => trusted_url(url, &self.transport).err(),
            Some(Keys::Given(set)) => crate::verify::jwt::check_key_set(set).err(),
        };
        problems.extend(reason.map(|reason| format!("its keys can never be loaded: {reason}")));
        problems
    }
}

/// Where metadata and keys are.
impl Issuer {
    /// Takes the metadata from `url`, for an authorization server that has another address within a cluster than outside, or that
    /// publishes it nowhere usual.
    ///
    /// The metadata must still be that of this issuer ([RFC 8414, section 3.3]). Keys that it names may be on the origin of `url`.
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

    /// Takes the keys from `url` in place of where the metadata says.
    pub fn jwks_uri(mut self, url: impl Into<String>) -> Self {
        self.set_keys(Keys::At(url.into()));
        self
    }

    /// Takes the keys from this text, a JWK set ([RFC 7517, section 5]), for a program that reaches no authorization server.
    ///
    /// [RFC 7517, section 5]: https://www.rfc-editor.org/rfc/rfc7517#section-5
    pub fn key_set(mut self, set: impl Into<String>) -> Self {
        self.set_keys(Keys::Given(set.into()));
        self
    }

    fn set_keys(&mut self, keys: Keys) {
        let before = self.places.keys.replace(keys);
        if before.is_some() {
            let problem = "it has keys from two places; write `.jwks_uri(..)` or `.key_set(..)` once";
            self.places.problems.push(problem.to_owned());
        }
    }

    /// Accepts that the metadata names keys on one of `hosts`, each with its port where that is not 443.
    ///
    /// Without it, keys are on the origin of the issuer or of its metadata. Name a host that the provider
    /// documents and that it alone publishes on. Keys are fetched from there by `https`; by `http` only if the host is a loopback
    /// address and so is the issuer, or if [`Issuer::http_hosts`] names it.
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

    /// Fetches from these hosts by `http`, each with its port where that is not 80: for a network that nobody else can write to.
    ///
    /// Whoever can change such an answer on its way can make tokens.
    pub fn http_hosts(mut self, hosts: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        for host in hosts {
            let added = self.places.transport.add_http_host(host.as_ref());
            self.places.problems.extend(added.err());
        }
        self
    }

    /// Trusts this certificate too (PEM, one or several), for an authorization server with a private root.
    pub fn root_certificate(mut self, pem: impl Into<String>) -> Self {
        self.places.transport.add_roots(pem.into());
        self
    }

    /// Fetches through the proxy at `url`, in place of that which the environment names (`HTTPS_PROXY`).
    ///
    /// Loopback addresses are reached without one.
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.places.transport.set_proxy(url.into());
        self
    }
}

/// Shows no secrets.
impl std::fmt::Debug for Places {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let shown = |url: &str| shown::url(url).to_string();
        f.debug_struct("Places").field("id", &shown(&self.id)).finish_non_exhaustive()
    }
}
