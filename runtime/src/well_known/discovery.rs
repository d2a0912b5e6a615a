//! What clients find at the well-known paths of one gate: a document, or that there is none.

use std::{
    fmt,
    hash::{DefaultHasher, Hasher},
    sync::Arc,
};

use bytes::Bytes;
use http::HeaderValue;

use crate::{gate::Gate, resource::WELL_KNOWN, scope::ScopeTable};

/// What clients find at the well-known paths of one gate: its metadata document. Cheap to clone.
///
/// [`Router::split`](crate::Router::split) and [`GateLayer::discovery`](crate::GateLayer::discovery) make it,
/// [`well_known`](crate::well_known()) mounts it. It is built once, and no request changes a byte of it. For a gate of
/// [static keys](crate::Gate::static_keys) alone there is no document, and the paths where clients look for OAuth are 404.
///
/// # Examples
///
/// Where a web server or a content network answers for the API's host, it can serve the bytes itself:
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
/// let (_api, discovery) = Router::new().split(Gate::new(resource, Sessions).metadata_at_root())?;
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

/// The document as it goes over the wire.
pub(super) struct Document {
    pub(super) resource: String,
    pub(super) paths: Vec<String>,
    pub(super) bytes: Bytes,
    pub(super) etag: HeaderValue,
    pub(super) cache_control: HeaderValue,
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

    /// Returns the paths where the document is: first the one that challenges name, then the root copy if there is one.
    #[must_use]
    pub fn paths(&self) -> &[String] {
        self.0.as_ref().map_or(&[], |document| &document.paths)
    }

    /// Returns the JSON text of the document.
    #[must_use]
    pub fn document(&self) -> Option<&Bytes> {
        self.0.as_ref().map(|document| &document.bytes)
    }

    /// Returns how long clients may keep the document.
    #[cfg(feature = "export")]
    pub(crate) fn cache_control(&self) -> &str {
        self.0.as_ref().and_then(|document| document.cache_control.to_str().ok()).unwrap_or_default()
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
    fn of(gate: &Gate, table: &ScopeTable) -> Option<Self> {
        let resource = gate.resource()?;
        let bytes = serde_json::to_vec(&gate.metadata(table)?).unwrap_or_default();
        let mut paths = vec![resource.metadata_path()];
        if gate.metadata_is_at_root() && paths[0] != WELL_KNOWN {
            paths.push(WELL_KNOWN.to_owned());
        }
        Some(Self {
            resource: resource.identifier().to_owned(),
            paths,
            etag: etag(&bytes),
            cache_control: cache_control(gate.metadata_lifetime().as_secs()),
            bytes: bytes.into(),
        })
    }
}

/// Names the bytes. Builds of the program may disagree about the name, and then a client reads once more.
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
