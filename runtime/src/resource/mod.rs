//! The protected resource: its identifier, its authorization servers, and the URL of its metadata.

mod authority;
mod builder;
mod canonical;
mod family;
mod members;
mod metadata;
#[cfg(feature = "axum")]
mod origin;
mod url;

use std::{borrow::Cow, fmt};

#[cfg(feature = "rmcp")]
pub(crate) use self::authority::Authority;
#[cfg(feature = "jwt")]
pub(crate) use self::authority::is_loopback;
#[cfg(feature = "axum")]
pub(crate) use self::family::{Place, is_within, meet, misplaced};
pub(crate) use self::members::Members;
pub use self::metadata::ResourceMetadata;
#[cfg(feature = "axum")]
pub(crate) use self::origin::Origin;
#[cfg(feature = "axum")]
pub(crate) use self::url::WELL_KNOWN;
use self::{family::Extent, url::Url};
use crate::shown::{self, debug_as_display};

/// A protected resource in the sense of [RFC 9728]: the API or the MCP endpoint that tokens are issued for.
///
/// Metadata, challenge and audience contain the identifier exactly as the program wrote it. Nothing in a request
/// changes the identifier. A [family](Resource::family) is the exception: the identifiers of its resources contain
/// values from the request's path.
///
/// # Examples
///
/// ```
/// use scopegate::Resource;
///
/// let resource = Resource::new("https://api.example.com/mcp")?
///     .authorization_server("https://auth.example.com")?
///     .realm("files")?;
/// assert_eq!(resource.metadata_url(), "https://api.example.com/.well-known/oauth-protected-resource/mcp");
/// # Ok::<(), scopegate::InvalidResource>(())
/// ```
///
/// [RFC 9728]: https://www.rfc-editor.org/rfc/rfc9728
#[derive(Clone, Debug)]
pub struct Resource {
    identifier: Url,
    extent: Extent,
    authorization_servers: Vec<String>,
    pub(crate) realm: Option<Realm>,
    pub(crate) members: Members,
}

impl Resource {
    /// Makes a resource from its public URL.
    ///
    /// # Errors
    ///
    /// Fails in these cases:
    ///
    /// - `identifier` is not an absolute `https` URL. `http` is accepted for loopback hosts.
    /// - The host is neither a DNS name nor an IP address.
    /// - The URL has a user, a fragment, or a segment `.` or `..`.
    /// - The URL contains `scope=` or another parameter of a challenge.
    /// - The URL contains a character that must be percent-encoded.
    /// - The URL has more than 2047 characters.
    ///
    /// The identifier must also have the form that clients send. Clients parse the URL, and then serialize it. The
    /// result has no default port, and scheme and host are in lower case. If the identifier has another form, the error
    /// shows the right form. The slash after a host without a path is optional: see [`Resource::is_named_by`].
    pub fn new(identifier: impl Into<String>) -> Result<Self, InvalidResource> {
        Ok(Self::of(Url::resource("resource", identifier.into())?))
    }

    fn of(identifier: Url) -> Self {
        Self {
            identifier,
            extent: Extent::One,
            authorization_servers: Vec::new(),
            realm: None,
            members: Members::default(),
        }
    }

    /// Adds an authorization server that issues tokens for this resource. `issuer` is the issuer identifier of the
    /// authorization server.
    ///
    /// # Errors
    ///
    /// Fails if `issuer` is not an absolute `https` URL, or has a user, a query or a fragment. `http` is accepted for
    /// loopback hosts.
    pub fn authorization_server(mut self, issuer: impl Into<String>) -> Result<Self, InvalidResource> {
        self.authorization_servers.push(Url::issuer("authorization server", issuer.into())?.into_string());
        Ok(self)
    }

    /// Sets the realm for challenges.
    ///
    /// # Errors
    ///
    /// Fails if `realm` is empty, has more than 256 characters, or contains a character that is not printable ASCII. It
    /// also fails if `realm` contains `"`, `\` or `=`.
    pub fn realm(mut self, realm: impl Into<String>) -> Result<Self, InvalidResource> {
        self.realm = Some(Realm::new(realm.into())?);
        Ok(self)
    }

    /// Returns the identifier, exactly as the program wrote it. The identifier of a [family](Resource::family) is its
    /// pattern.
    pub fn identifier(&self) -> &str {
        self.identifier.as_str()
    }

    /// Returns the issuers, exactly as the program wrote them.
    pub fn authorization_servers(&self) -> &[String] {
        &self.authorization_servers
    }

    /// Tells whether `audience`, such as a value of a token's `aud`, names this resource.
    ///
    /// The audience must be equal to the identifier. If the resource has no path, the slash after the host is optional,
    /// because clients that parse the URL add the slash. For a [family](Resource::family), the result is always
    /// `false`, because an audience names one resource and not the whole family.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::Resource;
    ///
    /// let root = Resource::new("https://files.example.com")?;
    /// assert!(root.is_named_by("https://files.example.com"));
    /// assert!(root.is_named_by("https://files.example.com/"));
    ///
    /// let mcp = Resource::new("https://files.example.com/mcp")?;
    /// assert!(!mcp.is_named_by("https://files.example.com/mcp/"));
    /// # Ok::<(), scopegate::InvalidResource>(())
    /// ```
    #[must_use]
    pub fn is_named_by(&self, audience: &str) -> bool {
        !self.is_family() && self.identifier.is_named_by(audience)
    }

    /// Returns the scheme and the authority of the identifier.
    #[cfg(feature = "axum")]
    pub(crate) fn origin(&self) -> &str {
        self.identifier.origin()
    }

    /// Returns the path of the identifier. The server answers at this path.
    #[cfg(feature = "axum")]
    pub(crate) fn path(&self) -> &str {
        self.identifier.path()
    }

    /// Returns the URL of the metadata: the identifier with the well-known path inserted between host and path ([RFC
    /// 9728, section 3.1]).
    ///
    /// [RFC 9728, section 3.1]: https://www.rfc-editor.org/rfc/rfc9728#section-3.1
    pub fn metadata_url(&self) -> String {
        self.identifier.well_known()
    }

    /// Returns the path of [`Resource::metadata_url`], where the server serves the document.
    ///
    /// The URL contains the identifier's query, if there is one. The path leaves out this query, because routes do not
    /// depend on queries.
    pub fn metadata_path(&self) -> String {
        self.identifier.well_known_path()
    }
}

/// The name of a protection space ([RFC 9110, section 11.5](https://www.rfc-editor.org/rfc/rfc9110#section-11.5)).
///
/// A realm does not contain `"` or `\`, because many clients do not unescape them. A realm does not contain `=`,
/// because clients search challenges for `scope=`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Realm(String);

impl Realm {
    pub(crate) fn new(text: String) -> Result<Self, InvalidResource> {
        let legal = |byte| matches!(byte, 0x20..=0x7E) && !matches!(byte, b'"' | b'\\' | b'=');
        if (1..=256).contains(&text.len()) && text.bytes().all(legal) {
            return Ok(Self(text));
        }
        let fault = "use up to 256 characters of printable ASCII without `\"`, `\\` and `=`";
        Err(InvalidResource { what: "realm", text, fault: fault.into() })
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// The reason why a value of a [`Resource`] is invalid.
///
/// # Examples
///
/// ```
/// use scopegate::{InvalidResource, Resource};
///
/// let error: InvalidResource = Resource::new("http://api.example.com").unwrap_err();
/// assert!(error.to_string().ends_with("use `https`; `http` is for loopback hosts such as `127.0.0.1`"));
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct InvalidResource {
    what: &'static str,
    text: String,
    fault: Cow<'static, str>,
}

impl fmt::Display for InvalidResource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invalid {} {}: {}", self.what, shown::text(format_args!("{:?}", self.text)), self.fault)
    }
}

debug_as_display!(InvalidResource);

impl std::error::Error for InvalidResource {}
