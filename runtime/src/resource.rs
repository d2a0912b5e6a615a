//! The protected resource: its identifier, its authorization servers, and where its metadata is found.

use std::{fmt, net::IpAddr};

use http::Uri;

/// A protected resource, as [RFC 9728] means it: the API or the MCP endpoint that tokens are issued for.
///
/// Its identifier is the operator's text, code point for code point, in the metadata, in the challenge and in the
/// audience alike; nothing is taken from a request.
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
    identifier: String,
    /// Where scheme and authority end in the identifier.
    origin_end: usize,
    authorization_servers: Vec<String>,
    pub(crate) name: Option<String>,
    pub(crate) realm: Option<Realm>,
}

impl Resource {
    /// Makes a resource from its public URL.
    ///
    /// # Errors
    ///
    /// When `identifier` is not an absolute `https` URL without user and fragment. `http` is accepted for loopback hosts.
    pub fn new(identifier: impl Into<String>) -> Result<Self, InvalidResource> {
        let identifier = identifier.into();
        match origin_end(&identifier) {
            Ok(origin_end) => Ok(Self {
                identifier,
                origin_end,
                authorization_servers: Vec::new(),
                name: None,
                realm: None,
            }),
            Err(fault) => Err(InvalidResource { what: "resource", text: identifier, fault }),
        }
    }

    /// Adds an authorization server, by its issuer identifier, that issues tokens for this resource.
    ///
    /// # Errors
    ///
    /// When `issuer` is not an absolute `https` URL without user, query and fragment.
    pub fn authorization_server(mut self, issuer: impl Into<String>) -> Result<Self, InvalidResource> {
        let issuer = issuer.into();
        let fault = match origin_end(&issuer) {
            Ok(_) if !issuer.contains('?') => {
                self.authorization_servers.push(issuer);
                return Ok(self);
            }
            Ok(_) => "an issuer has no query; leave out what follows `?`",
            Err(fault) => fault,
        };
        Err(InvalidResource { what: "authorization server", text: issuer, fault })
    }

    /// Sets the name that people see when they are asked for consent.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Sets the realm that challenges name.
    ///
    /// # Errors
    ///
    /// When `realm` is empty or has a character other than printable ASCII without `"`, `\` and `=`.
    pub fn realm(mut self, realm: impl Into<String>) -> Result<Self, InvalidResource> {
        self.realm = Some(Realm::new(realm.into())?);
        Ok(self)
    }

    /// Returns the identifier, exactly as it was given.
    pub fn identifier(&self) -> &str {
        &self.identifier
    }

    /// Returns the issuers, exactly as they were given.
    pub fn authorization_servers(&self) -> &[String] {
        &self.authorization_servers
    }

    /// Returns the URL of the metadata: the well-known path, inserted between host and path ([RFC 9728, section 3.1]).
    ///
    /// [RFC 9728, section 3.1]: https://www.rfc-editor.org/rfc/rfc9728#section-3.1
    pub fn metadata_url(&self) -> String {
        let (origin, rest) = self.identifier.split_at(self.origin_end);
        let rest = match rest.strip_prefix('/') {
            Some(after) if after.is_empty() || after.starts_with('?') => after,
            _ => rest,
        };
        format!("{origin}{WELL_KNOWN}{rest}")
    }

    /// Returns the path of [`Resource::metadata_url`], where the server answers it.
    pub fn metadata_path(&self) -> String {
        let url = self.metadata_url();
        let path = &url[self.origin_end..];
        path.split_once('?').map_or(path, |(path, _query)| path).to_owned()
    }
}

/// The suffix that [RFC 9728, section 3](https://www.rfc-editor.org/rfc/rfc9728#section-3) registers.
const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

/// The name of a protection space ([RFC 9110, section 11.5](https://www.rfc-editor.org/rfc/rfc9110#section-11.5)).
///
/// Neither `"` nor `\`, which many clients do not unescape, nor `=`: clients search challenges for `scope=`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Realm(String);

impl Realm {
    pub(crate) fn new(text: String) -> Result<Self, InvalidResource> {
        let legal = |byte| matches!(byte, 0x20..=0x7E) && !matches!(byte, b'"' | b'\\' | b'=');
        if (1..=256).contains(&text.len()) && text.bytes().all(legal) {
            return Ok(Self(text));
        }
        let fault = "use up to 256 characters of printable ASCII without `\"`, `\\` and `=`";
        Err(InvalidResource { what: "realm", text, fault })
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// The reason why a text cannot stand in a [`Resource`].
#[derive(Clone, Debug)]
pub struct InvalidResource {
    what: &'static str,
    text: String,
    fault: &'static str,
}

impl fmt::Display for InvalidResource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invalid {} {:?}: {}", self.what, self.text, self.fault)
    }
}

impl std::error::Error for InvalidResource {}

/// Checks an absolute URL and finds where its scheme and authority end.
fn origin_end(url: &str) -> Result<usize, &'static str> {
    if url.contains('#') {
        return Err("leave out what follows `#`");
    }
    if !is_uri_text(url) {
        return Err("write it in ASCII, with other characters percent-encoded");
    }
    let uri: Uri = url.parse().map_err(|_| NOT_ABSOLUTE)?;
    let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
        return Err(NOT_ABSOLUTE);
    };
    if authority.as_str().contains('@') {
        return Err("leave out the user before `@`");
    }
    match scheme {
        "https" => {}
        "http" if is_loopback(authority.host()) => {}
        "http" => return Err("use `https`; `http` is for loopback hosts such as `127.0.0.1`"),
        _ => return Err(NOT_ABSOLUTE),
    }
    Ok(scheme.len() + "://".len() + authority.as_str().len())
}

const NOT_ABSOLUTE: &str = "write an absolute URL, as in `https://api.example.com/mcp`";

fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// The characters of [RFC 3986, section 2](https://www.rfc-editor.org/rfc/rfc3986#section-2), `%` only before two
/// hexadecimal digits. None of them ends a quoted string in a header.
fn is_uri_text(text: &str) -> bool {
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let reserved = |byte: u8| b":/?[]@!$&'()*+,;=".contains(&byte);
    let mut parts = text.split('%');
    let plain = |part: &str| part.bytes().all(|byte| unreserved(byte) || reserved(byte));
    let encoded = |part: &str| part.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2 && plain(part);
    parts.next().is_some_and(plain) && parts.all(encoded)
}
