//! The gate: a resource, who verifies its tokens, and what every token needs.

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

/// What stands before the handlers of one resource, or of each resource of a [family](Resource::family). Cheap to clone.
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
    /// The one that a request is for, where the gate has a family of resources.
    Option<Arc<Resource>>,
);

#[derive(Clone)]
struct Inner {
    protects: Protects,
    verifier: Arc<dyn Verify>,
    policy: Policy,
    sources: Sources,
    bodies: Bodies,
    /// What is said of a missing and of an invalid credential, where that is no access token.
    texts: Option<Texts>,
    missing_is_invalid: bool,
    bindings: Bindings,
    metadata_at_root: bool,
    metadata_max_age: Duration,
    observer: Option<Arc<dyn Observer>>,
    problems: Vec<String>,
}

/// What challenges point to.
#[derive(Clone)]
enum Protects {
    Resource(Box<Resource>),
    /// A server that is not OAuth: there is nothing to discover.
    Realm(Realm),
}

impl Gate {
    /// Makes a gate for `resource`, whose tokens `verifier` verifies.
    pub fn new(resource: Resource, verifier: impl TokenVerifier) -> Self {
        Self::of(Protects::Resource(Box::new(resource)), verifier)
    }

    /// Makes a gate that verifies JSON Web Tokens ([RFC 9068]) from the authorization servers of `resource`.
    ///
    /// Each is an [`Issuer`](crate::Issuer) without rules of its own. Nothing is fetched before the first token arrives, so the
    /// authorization server may be down when the program starts. For more, see [`Gate::issuers`].
    ///
    /// [RFC 9068]: https://www.rfc-editor.org/rfc/rfc9068
    #[cfg(feature = "jwt")]
    pub fn jwt(resource: Resource) -> Self {
        let issuers: Vec<_> = resource.authorization_servers().iter().map(crate::Issuer::new).collect();
        Self::issuers(resource, issuers)
    }

    /// Makes a gate for the tokens of some [issuers](crate::Issuer), each judged by its own rules.
    ///
    /// Where the resource names no authorization server, its metadata names those of the issuers.
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
    /// An issuer that cannot be one, an authorization server of the resource that is none of the issuers, and issuers for which clients would have
    /// to ask by different names, are errors at startup.
    #[cfg(feature = "jwt")]
    pub fn issuers(resource: Resource, issuers: impl Into<crate::Issuers>) -> Self {
        issuers::gate(resource, issuers.into())
    }

    /// Makes a gate for a server with static keys and without OAuth.
    ///
    /// Its challenges name `realm` and no metadata, and the paths at which clients look for OAuth answer 404 in JSON, so
    /// that they fall back to their key. For keys beside OAuth see [`StaticKeys::or`].
    ///
    /// A realm that [`Resource::realm`] would refuse is an error at startup.
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

    /// Exchanges the verifier, and nothing else: resource, policy, credential sources and answers stay.
    ///
    /// Tests put their own verifier into the program's gate, which then decides as in production.
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

    /// Sets where requests carry their credentials, in place of `Authorization` alone.
    ///
    /// A request with credentials in two places is answered 400. The gate chooses none of them.
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

    /// Sets how the bodies of refusals are written.
    #[must_use]
    pub fn body(mut self, format: BodyFormat) -> Self {
        self.change().bodies.choose(format);
        self
    }

    /// Has the bodies of refusals written by a function. Status, challenge and caching stay the gate's.
    ///
    /// The function sees the refusal, the headers of the request, and the body that the gate would write. It runs for each
    /// refusal, before the answer is sent; a panic in it ends that request, as one in a handler does, and no other.
    ///
    /// # Examples
    ///
    /// A page for browsers, and the gate's own JSON for everybody else:
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

    /// Sends `error="invalid_token"` to requests without a token, too, for old clients that start no login otherwise.
    ///
    /// [RFC 6750, section 3.1] says that there SHOULD be no error: newer clients take it for a token that went bad.
    ///
    /// [RFC 6750, section 3.1]: https://www.rfc-editor.org/rfc/rfc6750#section-3.1
    #[must_use]
    pub fn missing_is_invalid(mut self) -> Self {
        self.change().missing_is_invalid = true;
        self
    }

    /// Accepts tokens that are bound to a key of the client (`cnf`, [RFC 7800]) as plain bearer tokens.
    ///
    /// Without this they are refused, since the issuer bound the token to one client's key. Call it if something before this
    /// program checks the proof. What the gate checks itself it goes on checking: see `Gate::dpop` and [`Gate::client_certificate`].
    ///
    /// [RFC 7800]: https://www.rfc-editor.org/rfc/rfc7800
    #[must_use]
    pub fn accept_bound_tokens(mut self) -> Self {
        self.change().bindings.accepts_unchecked = true;
        self
    }

    /// Accepts tokens that are bound to a client certificate (`cnf` with `x5t#S256`, [RFC 8705, section 3]), and checks the
    /// certificate that a proxy saw.
    ///
    /// Without this they are refused. The program does not see the certificate itself, since the proxy ends the TLS connection: the proxy
    /// sends the thumbprint in the header that `certificate` names. A token that is bound to no certificate is accepted as before. The
    /// [guide](crate::guide::dpop) says what common proxies have to send.
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

    /// Has the headers that prove something of a token treated as the credentials are.
    fn bound(mut self) -> Self {
        let inner = self.change();
        inner.sources.set_proofs(inner.bindings.headers());
        self
    }

    /// Serves the metadata document at `/.well-known/oauth-protected-resource` too, whatever the path of the resource.
    ///
    /// This is for clients that look nowhere else. The document says of itself that it is for the resource, so clients
    /// that hold RFC 9728 to the letter refuse the copy; they find the one at the resource's own path.
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

    /// Sets how long clients may keep the metadata document; an hour unless set. Parts of a second do not count.
    #[must_use]
    pub fn metadata_max_age(mut self, max_age: Duration) -> Self {
        self.change().metadata_max_age = max_age;
        self
    }

    /// Returns the resource that the gate protects; a gate of static keys alone has none.
    pub fn resource(&self) -> Option<&Resource> {
        match (&self.1, &self.0.protects) {
            (Some(member), _) => Some(member),
            (None, Protects::Resource(resource)) => Some(resource),
            (None, Protects::Realm(_)) => None,
        }
    }

    /// Describes the resource to clients: [`Gate::advertise`] says which scopes it names.
    ///
    /// A gate of a [family](Resource::family) has no metadata of its own. [`Discovery::document_at`](crate::Discovery::document_at)
    /// has those of its resources.
    pub fn metadata(&self, table: &ScopeTable) -> Option<ResourceMetadata> {
        let resource = self.resource().filter(|resource| !resource.is_family())?;
        let metadata = ResourceMetadata::naming(resource, self.0.policy.advertised(table));
        Some(self.0.bindings.describe(metadata))
    }

    /// Iterates over the places where requests carry their credentials.
    pub fn credential_sources(&self) -> impl Iterator<Item = &CredentialSource> {
        self.0.sources.iter()
    }

    #[cfg(feature = "export")]
    pub(crate) fn accepts_bound_tokens(&self) -> bool {
        self.0.bindings.accepts_unchecked
    }

    /// Returns where the thumbprint of a client certificate comes from, if the gate checks it.
    #[cfg(feature = "export")]
    pub(crate) fn checks_certificate(&self) -> Option<&ClientCertificate> {
        self.0.bindings.certificate.as_ref()
    }

    /// Says what requests have to prove of their tokens, for people: a sentence for each thing.
    #[cfg(feature = "export")]
    pub(crate) fn proofs_in_words(&self) -> impl Iterator<Item = &'static str> {
        self.0.bindings.in_words()
    }

    /// Says how the gate takes tokens that are bound by DPoP.
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

    /// Writes bodies as JSON-RPC errors, unless the program chose otherwise.
    #[cfg(feature = "mcp")]
    pub(crate) fn speaking_json_rpc(mut self) -> Self {
        if !self.0.bodies.is_chosen() {
            self.change().bodies.by_default(BodyFormat::JsonRpc);
        }
        self
    }

    /// Keeps the headers of a request where the program writes the bodies of refusals.
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
