//! The gate: a resource, the verifier of its tokens, and the policy for every token.

mod answer;
mod bindings;
mod credential;
#[cfg(feature = "dpop")]
mod dpop;
mod erased;
mod failure;
mod family;
#[cfg(feature = "jwt")]
mod issuers;
pub(crate) mod log;
mod observe;
mod policy;
mod startup;

use std::{fmt, sync::Arc, time::Duration};

use axum::response::IntoResponse;
use http::HeaderMap;

#[cfg(feature = "export")]
pub(crate) use self::bindings::DpopUse;
#[cfg(all(feature = "export", feature = "jwt"))]
pub(crate) use self::issuers::is_of_open_id;
use self::{bindings::Bindings, erased::Verify};
pub(crate) use self::{failure::Failure, family::Spot};
use crate::{
    observe::Observer,
    policy::Policy,
    refuse::{Bodies, BodyFormat, KeptHeaders, Refused},
    resource::{Realm, Resource, ResourceMetadata},
    scope::ScopeTable,
    token::{ClientCertificate, CredentialSource, Sources, TokenVerifier},
    verify::{StaticKeys, Texts},
};

/// Protects the handlers of one resource, or of each resource of a [family](Resource::family). A gate is cheap to
/// clone.
///
/// # Examples
///
/// ```
/// use scopegate::{Gate, Resource, Scope};
/// # use scopegate::{Presented, Token, TokenVerifier, VerifyError};
/// # struct Sessions;
/// # impl TokenVerifier for Sessions {
/// #     async fn verify(&self, _: &Presented<'_>) -> Result<Token, VerifyError> { Err(VerifyError::expired()) }
/// # }
///
/// let resource = Resource::new("https://files.example.com")?.authorization_server("https://auth.example.com")?;
/// let gate = Gate::new(resource, Sessions).floor([Scope::from_static("files")]);
/// # Ok::<(), scopegate::InvalidResource>(())
/// ```
#[derive(Clone)]
pub struct Gate(
    Arc<Inner>,
    /// The resource of the current request, if the gate has a family.
    Option<Arc<Resource>>,
);

#[derive(Clone)]
struct Inner {
    protects: Protects,
    verifier: Arc<dyn Verify>,
    policy: Policy,
    sources: Sources,
    bodies: Bodies,
    /// The texts of refusals, if the gate accepts only static keys. All other gates use texts about access tokens.
    texts: Option<Texts>,
    missing_is_invalid: bool,
    bindings: Bindings,
    metadata_at_root: bool,
    metadata_max_age: Duration,
    observer: Option<Arc<dyn Observer>>,
    problems: Vec<String>,
}

/// The resource or realm that a gate protects and names in its challenges.
#[derive(Clone)]
enum Protects {
    Resource(Box<Resource>),
    /// A server without OAuth and without metadata.
    Realm(Realm),
}

impl Gate {
    /// Makes a gate for `resource` that verifies tokens with `verifier`.
    pub fn new(resource: Resource, verifier: impl TokenVerifier) -> Self {
        Self::of(Protects::Resource(Box::new(resource)), verifier)
    }

    /// Makes a gate that verifies JSON Web Tokens ([RFC 9068]) from the authorization servers of `resource`.
    ///
    /// Each authorization server becomes an [`Issuer`](crate::Issuer) with the default rules. Nothing is fetched before
    /// the first token arrives, so the program starts even if an authorization server is down. For other rules,
    /// use [`Gate::issuers`].
    ///
    /// [RFC 9068]: https://www.rfc-editor.org/rfc/rfc9068
    #[cfg(feature = "jwt")]
    pub fn jwt(resource: Resource) -> Self {
        let issuers: Vec<_> = resource.authorization_servers().iter().map(crate::Issuer::new).collect();
        Self::issuers(resource, issuers)
    }

    /// Makes a gate that accepts tokens from several [issuers](crate::Issuer). Each issuer has its own rules.
    ///
    /// If the resource names no authorization server, the metadata names the issuers instead.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::{Gate, Issuer, Resource};
    ///
    /// let resource = Resource::new("https://files.example.com")?;
    /// let gate = Gate::issuers(resource, [Issuer::new("https://auth.example.com")]);
    /// # Ok::<(), scopegate::InvalidResource>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The gate does not start if an issuer is invalid, or if the resource names an authorization server that is not
    /// one of the issuers. It also does not start if two issuers expect different scope prefixes, because a challenge
    /// has only one name for each scope.
    #[cfg(feature = "jwt")]
    pub fn issuers(resource: Resource, issuers: impl Into<crate::Issuers>) -> Self {
        issuers::gate(resource, issuers.into())
    }

    /// Makes a gate for a server with static keys and without OAuth.
    ///
    /// The gate's challenges name `realm` but no metadata. If a client looks for OAuth metadata at the well-known
    /// paths, the answer is 404 with a JSON body, so that the client uses its key instead of OAuth. To accept both keys
    /// and OAuth tokens, use `Issuers::static_keys` of the feature `jwt`.
    ///
    /// The gate does not start if [`Resource::realm`] would reject `realm`.
    pub fn static_keys(realm: impl Into<String>, keys: StaticKeys) -> Self {
        let (realm, problem) = match Realm::new(realm.into()) {
            Ok(realm) => (realm, None),
            Err(invalid) => (Realm::default(), Some(invalid.to_string())),
        };
        let texts = keys.texts.clone();
        let mut gate = Self::of(Protects::Realm(realm), keys);
        let inner = gate.change();
        inner.bodies.by_default(BodyFormat::Text);
        inner.texts = Some(texts);
        inner.problems.extend(problem);
        gate
    }

    fn of(protects: Protects, verifier: impl TokenVerifier) -> Self {
        let inner = Arc::new(Inner {
            protects,
            verifier: Arc::new(verifier),
            policy: Policy::new(),
            sources: Sources::default(),
            bodies: Bodies::default(),
            texts: None,
            missing_is_invalid: false,
            bindings: Bindings::default(),
            metadata_at_root: false,
            metadata_max_age: Duration::from_secs(60 * 60),
            observer: None,
            problems: Vec::new(),
        });
        Self(inner, None)
    }

    /// Replaces the verifier. Resource, policy, credential sources and answers stay the same.
    ///
    /// Use this method to test the program's gate with a test verifier. The gate decides as in production, but accepts
    /// the tokens of the test verifier.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::{Gate, Resource, Scope};
    /// # use scopegate::{Presented, Token, TokenVerifier, VerifyError};
    /// # struct Sessions;
    /// # impl TokenVerifier for Sessions {
    /// #     async fn verify(&self, _: &Presented<'_>) -> Result<Token, VerifyError> { Err(VerifyError::expired()) }
    /// # }
    ///
    /// fn gate() -> Result<Gate, scopegate::InvalidResource> {
    ///     let resource = Resource::new("https://files.example.com")?.authorization_server("https://auth.example.com")?;
    ///     Ok(Gate::new(resource, Sessions).floor([Scope::from_static("files")]))
    /// }
    ///
    /// # #[cfg(feature = "testing")] {
    /// use scopegate::testing::TestVerifier;
    ///
    /// let gate = gate()?.verified_by(TestVerifier::new().token("reader", "files files:read"));
    /// # }
    /// # Ok::<(), scopegate::InvalidResource>(())
    /// ```
    #[must_use]
    pub fn verified_by(mut self, verifier: impl TokenVerifier) -> Self {
        self.change().verifier = Arc::new(verifier);
        self
    }

    /// Sets the sources of credentials. By default, the only source is the header `Authorization`.
    ///
    /// A request with credentials in two places is answered with 400, because the gate does not choose between the
    /// credentials.
    ///
    /// # Examples
    ///
    /// ```
    /// # use scopegate::{Gate, StaticKeys};
    /// use scopegate::CredentialSource;
    ///
    /// # let keys = StaticKeys::parse("sk_read=files:read")?;
    /// let gate = Gate::static_keys("files", keys)
    ///     .credentials([CredentialSource::authorization(), CredentialSource::header("X-Forwarded-Access-Token")]);
    /// # Ok::<(), scopegate::InvalidKey>(())
    /// ```
    #[must_use]
    pub fn credentials(mut self, sources: impl IntoIterator<Item = CredentialSource>) -> Self {
        self.change().sources.set(sources);
        self
    }

    /// Sets the format of the bodies of refusals.
    #[must_use]
    pub fn body(mut self, format: BodyFormat) -> Self {
        self.change().bodies.choose(format);
        self
    }

    /// Sets a function that writes the bodies of refusals. The gate still sets status, challenge and caching.
    ///
    /// The function receives the refusal, the headers of the request, and the gate's default body. The function runs
    /// before the answer to a refused request is sent. The function does not run for a refusal that
    /// `Dialect::ToolResult` turns into a tool result. If the function panics, only this request fails. A panic in a
    /// handler has the same effect. Some mistakes in the program, such as a `#[public]` handler that takes `Access`,
    /// cause a 500 with the default body. The function does not run in these cases.
    ///
    /// # Examples
    ///
    /// This function sends a page to browsers, and the gate's default body to all other clients:
    ///
    /// ```
    /// # use scopegate::{Gate, StaticKeys};
    /// use axum::response::{Html, IntoResponse};
    /// use http::header::ACCEPT;
    ///
    /// let gate = Gate::static_keys("files", StaticKeys::parse("sk_read=files:read")?).body_with(|refused| {
    ///     let accept = refused.headers().get(ACCEPT).and_then(|accept| accept.to_str().ok());
    ///     if accept.is_some_and(|accept| accept.contains("text/html")) {
    ///         Html(format!("<h1>{}</h1>", refused.reason().status())).into_response()
    ///     } else {
    ///         refused.default_body()
    ///     }
    /// });
    /// # Ok::<(), scopegate::InvalidKey>(())
    /// ```
    #[must_use]
    pub fn body_with<B: IntoResponse>(
        mut self,
        write: impl Fn(&Refused<'_>) -> B + Send + Sync + 'static,
    ) -> Self {
        self.change().bodies.write_with(write);
        self
    }

    /// Sends `error="invalid_token"` even if a request has no token. Some old clients start a login only if the answer
    /// contains this error.
    ///
    /// The answer to a request without a token SHOULD NOT contain an error ([RFC 6750, section 3.1]). Newer clients
    /// conclude from `invalid_token` that their token has become invalid.
    ///
    /// [RFC 6750, section 3.1]: https://www.rfc-editor.org/rfc/rfc6750#section-3.1
    #[must_use]
    pub fn missing_is_invalid(mut self) -> Self {
        self.change().missing_is_invalid = true;
        self
    }

    /// Accepts tokens that are bound to the client's key (`cnf`, [RFC 7800]), and treats them like plain bearer tokens.
    ///
    /// Only the client with the key is allowed to use a bound token. By default, the gate therefore accepts a bound
    /// token only if the gate itself checks the binding. Call this method only if a proxy in front of the program
    /// checks that the client has the key. The gate still makes the checks that `Gate::dpop` and
    /// [`Gate::client_certificate`] enable.
    ///
    /// [RFC 7800]: https://www.rfc-editor.org/rfc/rfc7800
    #[must_use]
    pub fn accept_bound_tokens(mut self) -> Self {
        self.change().bindings.accepts_unchecked = true;
        self
    }

    /// Accepts a token that is bound to a client certificate (`cnf` with `x5t#S256`, [RFC 8705, section 3]), if a proxy
    /// has verified this certificate.
    ///
    /// Without this method, tokens that are bound to a certificate are rejected. The program itself does not see the
    /// certificate, because the proxy terminates TLS. The proxy sends the certificate's thumbprint in the header
    /// that `certificate` names. A token that is not bound to a certificate needs no certificate.
    /// The [guide](crate::guide::dpop) shows the settings of common proxies.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::{ClientCertificate, Gate, Resource};
    /// # use scopegate::{Presented, Token, TokenVerifier, VerifyError};
    /// # struct Sessions;
    /// # impl TokenVerifier for Sessions {
    /// #     async fn verify(&self, _: &Presented<'_>) -> Result<Token, VerifyError> { Err(VerifyError::expired()) }
    /// # }
    ///
    /// let resource = Resource::new("https://files.example.com")?.authorization_server("https://auth.example.com")?;
    /// let gate = Gate::new(resource, Sessions).client_certificate(ClientCertificate::header("X-Client-Cert-SHA256"));
    /// # Ok::<(), scopegate::InvalidResource>(())
    /// ```
    ///
    /// [RFC 8705, section 3]: https://www.rfc-editor.org/rfc/rfc8705#section-3
    #[must_use]
    pub fn client_certificate(mut self, certificate: ClientCertificate) -> Self {
        self.change().bindings.certificate = Some(certificate);
        self.bound()
    }

    /// Registers the headers that contain proofs. The gate treats these headers as secret, like headers with
    /// credentials.
    fn bound(mut self) -> Self {
        let inner = self.change();
        inner.sources.set_proofs(inner.bindings.headers());
        self
    }

    /// Also serves the metadata document at `/.well-known/oauth-protected-resource`, even if the resource's URL has a
    /// path.
    ///
    /// Some clients look only there. Clients that strictly follow RFC 9728 reject this copy, because the document's
    /// member `resource` is not the URL of the root. These clients find the document at the well-known path of the
    /// resource itself.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use scopegate::{Gate, Resource};
    /// # use scopegate::{Presented, Token, TokenVerifier, VerifyError};
    /// # struct Sessions;
    /// # impl TokenVerifier for Sessions {
    /// #     async fn verify(&self, _: &Presented<'_>) -> Result<Token, VerifyError> { Err(VerifyError::expired()) }
    /// # }
    ///
    /// let resource = Resource::new("https://example.com/mcp")?.authorization_server("https://auth.example.com")?;
    /// let gate = Gate::new(resource, Sessions)
    ///     .metadata_at_root()
    ///     .metadata_max_age(Duration::from_secs(5 * 60));
    /// # Ok::<(), scopegate::InvalidResource>(())
    /// ```
    #[must_use]
    pub fn metadata_at_root(mut self) -> Self {
        self.change().metadata_at_root = true;
        self
    }

    /// Sets how long clients may cache the metadata document. The default is one hour. Fractions of a second are
    /// dropped.
    #[must_use]
    pub fn metadata_max_age(mut self, max_age: Duration) -> Self {
        self.change().metadata_max_age = max_age;
        self
    }

    /// Returns the resource that the gate protects. Returns `None` for a gate with only static keys.
    pub fn resource(&self) -> Option<&Resource> {
        match (&self.1, &self.0.protects) {
            (Some(member), _) => Some(member),
            (None, Protects::Resource(resource)) => Some(resource),
            (None, Protects::Realm(_)) => None,
        }
    }

    /// Returns the metadata of the resource, with the scopes that [`Gate::advertise`] selects.
    ///
    /// Returns `None` for a gate with only static keys, and for a gate of a [family](Resource::family). For a family,
    /// use [`Discovery::document_at`](crate::Discovery::document_at), which returns the metadata of one resource of
    /// the family.
    pub fn metadata(&self, table: &ScopeTable) -> Option<ResourceMetadata> {
        let resource = self.resource().filter(|resource| !resource.is_family())?;
        let metadata = ResourceMetadata::naming(resource, self.0.policy.advertised(table));
        Some(self.0.bindings.describe(metadata))
    }

    /// Iterates over the sources of credentials.
    pub fn credential_sources(&self) -> impl Iterator<Item = &CredentialSource> {
        self.0.sources.iter()
    }

    #[cfg(feature = "export")]
    pub(crate) fn accepts_bound_tokens(&self) -> bool {
        self.0.bindings.accepts_unchecked
    }

    /// Returns the source of the client certificate's thumbprint, if the gate checks client certificates.
    #[cfg(feature = "export")]
    pub(crate) fn checks_certificate(&self) -> Option<&ClientCertificate> {
        self.0.bindings.certificate.as_ref()
    }

    /// Describes in plain sentences which proofs a request needs.
    #[cfg(feature = "export")]
    pub(crate) fn proofs_in_words(&self) -> impl Iterator<Item = &'static str> {
        self.0.bindings.in_words()
    }

    /// Tells how the gate handles tokens that are bound by DPoP.
    #[cfg(feature = "export")]
    pub(crate) fn dpop_use(&self) -> DpopUse {
        self.0.bindings.dpop_use()
    }

    pub(crate) fn metadata_is_at_root(&self) -> bool {
        self.0.metadata_at_root
    }

    pub(crate) fn metadata_lifetime(&self) -> Duration {
        self.0.metadata_max_age
    }

    /// Makes the gate write the bodies of refusals as JSON-RPC errors, unless the program chose another format.
    #[cfg(feature = "mcp")]
    pub(crate) fn speaking_json_rpc(mut self) -> Self {
        if !self.0.bodies.is_chosen() {
            self.change().bodies.by_default(BodyFormat::JsonRpc);
        }
        self
    }

    /// Keeps a request's headers if the program has set a function that writes the bodies of refusals. Only that
    /// function reads the kept headers.
    pub(crate) fn keep(&self, headers: &HeaderMap) -> KeptHeaders {
        self.0.bodies.keep(headers, |name| self.0.sources.read_from(name))
    }

    fn change(&mut self) -> &mut Inner {
        Arc::make_mut(&mut self.0)
    }
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gate")
            .field("resource", &self.resource())
            .field("policy", &self.0.policy)
            .finish_non_exhaustive()
    }
}
