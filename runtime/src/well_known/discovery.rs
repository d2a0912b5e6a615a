//! The answer that clients find at the well-known paths of one gate: a document, or 404.

use std::{
    borrow::Cow,
    fmt,
    hash::{DefaultHasher, Hasher},
    sync::Arc,
};

use bytes::Bytes;
use http::HeaderValue;

use crate::{
    gate::Gate,
    resource::{Resource, ResourceMetadata, WELL_KNOWN},
    scope::{ScopeTable, ScopeToken},
};

/// The metadata document of one gate, as clients find it at the well-known paths. A `Discovery` is cheap to clone.
///
/// Get a `Discovery` from [`Router::split`](crate::Router::split) or
/// [`GateLayer::discovery`](crate::GateLayer::discovery), and mount it with [`well_known`](crate::well_known()). The
/// document is built once, and nothing in a request changes it. By contrast, a [family](crate::Resource::family) has a
/// document for each resource, and the path of a request selects the document. A gate with only [static
/// keys](crate::Gate::static_keys) has no document: the answer is 404 at the paths where clients look for OAuth
/// metadata.
///
/// # Examples
///
/// A web server or a content delivery network in front of the API can serve the bytes of the document:
///
/// ```
/// use scopegate::{Gate, Resource, Router};
/// # use scopegate::{Presented, Token, TokenVerifier, VerifyError};
/// # struct Sessions;
/// # impl TokenVerifier for Sessions {
/// #     async fn verify(&self, _: &Presented<'_>) -> Result<Token, VerifyError> { Err(VerifyError::expired()) }
/// # }
///
/// let resource = Resource::new("https://example.com/mcp")?.authorization_server("https://auth.example.com")?;
/// let (_api, discovery) = Router::<()>::new().split(Gate::new(resource, Sessions).metadata_at_root())?;
/// assert_eq!(discovery.resource(), Some("https://example.com/mcp"));
/// assert_eq!(
///     discovery.paths(),
///     ["/.well-known/oauth-protected-resource/mcp", "/.well-known/oauth-protected-resource"],
/// );
/// let document = discovery.document().expect("the gate has a resource");
/// assert!(document.starts_with(br#"{"resource":"https://example.com/mcp","#));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Discovery(Option<Arc<Document>>);

/// The documents that a gate serves at the well-known paths.
pub(super) struct Document {
    pub(super) resource: String,
    /// The paths of the document; for a family, one path that contains the parameters of the family.
    pub(super) paths: Vec<String>,
    content: Content,
    pub(super) cache_control: HeaderValue,
}

enum Content {
    One(Text),
    /// The family of resources, and the scopes that the document of each resource lists.
    Family(Box<Resource>, Vec<ScopeToken>),
}

/// The bytes of a document, and their `ETag`.
#[derive(Clone)]
pub(super) struct Text {
    pub(super) bytes: Bytes,
    pub(super) etag: HeaderValue,
}

impl Discovery {
    pub(crate) fn new(gate: &Gate, table: &ScopeTable) -> Self {
        Self(Document::of(gate, table).map(Arc::new))
    }

    /// Returns the identifier of the resource that the document describes.
    #[must_use]
    pub fn resource(&self) -> Option<&str> {
        self.0.as_ref().map(|document| document.resource.as_str())
    }

    /// Returns the paths of the document. The first is the path of the `resource_metadata` URL in the challenges. The
    /// second, if there is one, is the path of the copy at the root.
    ///
    /// A [family](crate::Resource::family) has one path, which contains its parameters, as in
    /// `/.well-known/oauth-protected-resource/mcp/{org}`.
    #[must_use]
    pub fn paths(&self) -> &[String] {
        self.0.as_ref().map_or(&[], |document| &document.paths)
    }

    /// Returns the JSON text of the document. Returns `None` for a [family](crate::Resource::family), because each
    /// resource of a family has its own document.
    #[must_use]
    pub fn document(&self) -> Option<&Bytes> {
        self.0.as_ref()?.text().map(|text| &text.bytes)
    }

    /// Returns the JSON text of the document at a path, such as the document of one resource of a family.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::{Gate, Resource, Router};
    /// # use scopegate::{Presented, Token, TokenVerifier, VerifyError};
    /// # struct Sessions;
    /// # impl TokenVerifier for Sessions {
    /// #     async fn verify(&self, _: &Presented<'_>) -> Result<Token, VerifyError> { Err(VerifyError::expired()) }
    /// # }
    ///
    /// # #[cfg(feature = "family")] {
    /// let family = Resource::family("https://example.com/mcp/{org}")?.authorization_server("https://auth.example.com")?;
    /// let (_api, discovery) = Router::<()>::new().split(Gate::new(family, Sessions))?;
    /// assert_eq!(discovery.paths(), ["/.well-known/oauth-protected-resource/mcp/{org}"]);
    /// let document = discovery.document_at("/.well-known/oauth-protected-resource/mcp/acme").expect("a legal value");
    /// assert!(document.starts_with(br#"{"resource":"https://example.com/mcp/acme","#));
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn document_at(&self, path: &str) -> Option<Bytes> {
        self.0.as_ref()?.text_at(path).map(|text| text.into_owned().bytes)
    }

    /// Returns the value of `Cache-Control`, which says how long clients may keep the document.
    #[cfg(feature = "export")]
    pub(crate) fn cache_control(&self) -> &str {
        self.0.as_ref().and_then(|document| document.cache_control.to_str().ok()).unwrap_or_default()
    }

    /// Tells whether the gate has a family. Each resource of a family has its own document.
    #[cfg(feature = "export")]
    pub(crate) fn is_of_family(&self) -> bool {
        self.0.as_ref().is_some_and(|document| document.is_family())
    }

    pub(super) fn served(&self) -> Option<&Arc<Document>> {
        self.0.as_ref()
    }
}

impl fmt::Debug for Discovery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Discovery")
            .field("resource", &self.resource())
            .field("paths", &self.paths())
            .finish_non_exhaustive()
    }
}

impl Document {
    pub(super) fn is_family(&self) -> bool {
        matches!(self.content, Content::Family(..))
    }

    /// Returns the document, if it is the same for every request.
    pub(super) fn text(&self) -> Option<&Text> {
        match &self.content {
            Content::One(text) => Some(text),
            Content::Family(..) => None,
        }
    }

    /// Returns the document at a path.
    pub(super) fn text_at(&self, path: &str) -> Option<Cow<'_, Text>> {
        match &self.content {
            Content::One(text) => self.paths.iter().any(|own| own == path).then_some(Cow::Borrowed(text)),
            Content::Family(family, scopes) => {
                let member = family.described_at(path)?;
                Some(Cow::Owned(Text::of(&ResourceMetadata::naming(&member, scopes.clone()))))
            }
        }
    }

    fn of(gate: &Gate, table: &ScopeTable) -> Option<Self> {
        let resource = gate.resource()?;
        let content = match gate.metadata(table) {
            Some(metadata) => Content::One(Text::of(&metadata)),
            None => Content::Family(Box::new(resource.clone()), gate.policy().advertised(table)),
        };
        let mut paths = vec![resource.metadata_path()];
        if gate.metadata_is_at_root() && paths[0] != WELL_KNOWN {
            paths.push(WELL_KNOWN.to_owned());
        }
        Some(Self {
            resource: resource.identifier().to_owned(),
            paths,
            content,
            cache_control: cache_control(gate.metadata_lifetime().as_secs()),
        })
    }
}

impl Text {
    fn of(metadata: &ResourceMetadata) -> Self {
        let bytes = serde_json::to_vec(metadata).unwrap_or_default();
        Self { etag: etag(&bytes), bytes: bytes.into() }
    }
}

/// Computes the `ETag` of a document. Two builds of the program can compute different values for the same document. The
/// only effect is that clients download the document again.
fn etag(bytes: &[u8]) -> HeaderValue {
    let mut hasher = DefaultHasher::new();
    hasher.write(bytes);
    let text = format!(r#""{:016x}""#, hasher.finish());
    HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static(r#""""#))
}

fn cache_control(seconds: u64) -> HeaderValue {
    let text = format!("public, max-age={seconds}");
    HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("no-cache"))
}
