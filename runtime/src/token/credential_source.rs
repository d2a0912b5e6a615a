//! The places where requests carry their credentials.

use std::fmt;

use http::{
    HeaderMap, HeaderName, HeaderValue, Method,
    header::{AUTHORIZATION, COOKIE, ORIGIN, SEC_WEBSOCKET_PROTOCOL},
    request::Parts,
};

use super::{
    Scheme,
    credentials::{Credentials, is_b64token},
};
use crate::resource::Origin;

/// A place where a request carries its credential; see [`Gate::credentials`](crate::Gate::credentials).
///
/// # Examples
///
/// ```
/// use scopegate::{CredentialSource, Gate, StaticKeys};
///
/// let keys = StaticKeys::parse("sk_read=files:read")?;
/// let gate = Gate::static_keys("files", keys)
///     .credentials([CredentialSource::authorization(), CredentialSource::websocket_protocol("bearer.")]);
/// # Ok::<(), scopegate::InvalidKey>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CredentialSource(Kind);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Kind {
    Authorization,
    Cookie { name: String },
    Header { name: String },
    WebsocketProtocol { prefix: String },
}

impl CredentialSource {
    /// Reads the Bearer token in the `Authorization` header ([RFC 6750, section 2.1]).
    ///
    /// [RFC 6750, section 2.1]: https://www.rfc-editor.org/rfc/rfc6750#section-2.1
    #[must_use]
    pub const fn authorization() -> Self {
        Self(Kind::Authorization)
    }

    /// Reads a cookie. This source is for pages of the resource's own origin.
    ///
    /// Browsers also send cookies with requests that other sites start. So the gate reads the cookie only in two cases:
    ///
    /// - `Sec-Fetch-Site` says that the request comes from the resource's own origin. If `Sec-Fetch-Site` is missing,
    ///   `Origin` must name the resource's own origin.
    /// - The method is `GET` or `HEAD`, and one of two conditions holds: `Sec-Fetch-Site` is `none`, or
    ///   `Sec-Fetch-Site` and `Origin` are both missing.
    ///
    /// In all other cases the gate ignores the cookie.
    ///
    /// Give the cookie the attributes `Secure`, `HttpOnly` and `SameSite=Lax`, and make sure that no `GET` changes
    /// data.
    #[must_use]
    pub fn cookie(name: impl Into<String>) -> Self {
        Self(Kind::Cookie { name: name.into() })
    }

    /// Reads a header other than `Authorization`, such as `X-API-Key`. The value of the header is the token or the
    /// static key, alone or after `Bearer`.
    ///
    /// The gate verifies the value like a token in `Authorization`. The origin of the request needs no check, because
    /// pages from other sites do not know the value, and browsers do not add the header by themselves.
    ///
    /// If a proxy in front of the program logs people in and sets the header, the proxy must remove or replace the
    /// header that a client sends. If the proxy forwards the client's own header, the client can send a valid token
    /// that the proxy has not checked.
    #[must_use]
    pub fn header(name: impl Into<String>) -> Self {
        Self(Kind::Header { name: name.into().to_ascii_lowercase() })
    }

    /// Reads an entry of `Sec-WebSocket-Protocol` that consists of `prefix` and the token.
    ///
    /// A page that opens a `WebSocket` can set only this header. The page offers two protocols, as in
    /// `new WebSocket(url, ["files.v1", "bearer." + token])`, and the handler selects the first protocol. If the
    /// handler selects no protocol, browsers close the connection. Before a handler runs, the gate removes the entry
    /// that contains the token, so the handler cannot send the token back. The origin of the request needs no check,
    /// because pages of other sites do not know the token.
    #[must_use]
    pub fn websocket_protocol(prefix: impl Into<String>) -> Self {
        Self(Kind::WebsocketProtocol { prefix: prefix.into() })
    }

    fn header_name(&self) -> Option<HeaderName> {
        match &self.0 {
            Kind::Authorization => Some(AUTHORIZATION),
            Kind::Cookie { .. } => Some(COOKIE),
            Kind::Header { name } => name.parse().ok(),
            Kind::WebsocketProtocol { .. } => Some(SEC_WEBSOCKET_PROTOCOL),
        }
    }

    /// Reads this source's credential from a request to a resource at `origin`.
    fn read<'a>(&self, parts: &'a Parts, origin: Option<&str>, takes_dpop: bool) -> Credentials<'a> {
        match &self.0 {
            Kind::Authorization => Credentials::of(&parts.headers, takes_dpop),
            Kind::Cookie { name } if is_same_origin(parts, origin) => cookie(&parts.headers, name),
            Kind::Cookie { .. } => Credentials::Absent,
            Kind::Header { name } => proxied(&parts.headers, name),
            Kind::WebsocketProtocol { prefix } => one(
                protocols(&parts.headers).filter_map(|entry| entry.strip_prefix(prefix.as_str())),
                is_b64token,
            ),
        }
    }

    /// Describes the place of the credential in words, such as `in the cookie sid`. The text of a refusal contains
    /// these words.
    fn place(&self) -> String {
        match &self.0 {
            Kind::Authorization => "in the header authorization".to_owned(),
            Kind::Cookie { name } => format!("in the cookie {name}"),
            Kind::Header { name } => format!("in the header {name}"),
            Kind::WebsocketProtocol { prefix } => {
                format!("after the prefix '{prefix}' in the header sec-websocket-protocol")
            }
        }
    }

    fn problem(&self) -> Option<String> {
        let is_token = |text: &str| !text.is_empty() && text.parse::<HeaderName>().is_ok();
        match &self.0 {
            Kind::Authorization => None,
            Kind::Cookie { name } => (!is_token(name)).then(|| {
                format!("{name:?} is not a legal name of a cookie; use letters, digits, `-` and `_`")
            }),
            Kind::Header { name } if is_reserved(name) => {
                Some(format!("`{name}` is not a header for proxies; name the header that yours sets"))
            }
            Kind::Header { name } => (!is_token(name))
                .then(|| format!("{name:?} is not a legal name of a header; use letters, digits and `-`")),
            Kind::WebsocketProtocol { prefix } => (!is_token(prefix)).then(|| {
                format!(
                    "{prefix:?} is not a legal prefix of a subprotocol; use letters, digits, `.`, `-` and `_`"
                )
            }),
        }
    }
}

/// Tells whether a header is reserved for its standard purpose. A proxy must not put a credential or the thumbprint of
/// a certificate into a reserved header. `header` is in lower case.
pub(super) fn is_reserved(header: &str) -> bool {
    ["authorization", "cookie", "dpop", "host"].contains(&header)
}

/// Writes the source in the lock file's format: `authorization`, `cookie NAME`, `header NAME` or
/// `websocket-protocol PREFIX`.
impl fmt::Display for CredentialSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Authorization => f.write_str("authorization"),
            Kind::Cookie { name } => write!(f, "cookie {name}"),
            Kind::Header { name } => write!(f, "header {name}"),
            Kind::WebsocketProtocol { prefix } => write!(f, "websocket-protocol {prefix}"),
        }
    }
}

/// All places where requests to one gate carry their credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sources {
    list: Vec<CredentialSource>,
    /// Whether the gate accepts the scheme DPoP in `Authorization`.
    takes_dpop: bool,
    /// Headers that prove that the client owns the credential.
    proofs: Vec<HeaderName>,
}

impl Default for Sources {
    fn default() -> Self {
        Self { list: vec![CredentialSource::authorization()], takes_dpop: false, proofs: Vec::new() }
    }
}

impl Sources {
    /// Sets the sources of credentials.
    pub(crate) fn set(&mut self, sources: impl IntoIterator<Item = CredentialSource>) {
        self.list = sources.into_iter().collect();
    }

    /// Accepts the scheme DPoP in `Authorization`, if this header is one of the sources.
    #[cfg(feature = "dpop")]
    pub(crate) fn take_dpop(&mut self) {
        self.takes_dpop = true;
    }

    /// Sets the headers that prove that the client owns the credential. These headers are as secret as the credential.
    pub(crate) fn set_proofs(&mut self, headers: impl IntoIterator<Item = HeaderName>) {
        self.proofs = headers.into_iter().collect();
    }

    /// Tells whether `set_proofs` has stored at least one header.
    pub(crate) fn have_proofs(&self) -> bool {
        !self.proofs.is_empty()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &CredentialSource> {
        self.list.iter()
    }

    /// Says where the gate looks for credentials, for example `in the header x-api-key or in the cookie sid`. Returns
    /// `None` if `Authorization` is one of the sources, because the scheme in the challenge already tells clients to
    /// send the credential in this header.
    pub(crate) fn places(&self) -> Option<String> {
        if self.list.contains(&CredentialSource::authorization()) {
            return None;
        }
        let places: Vec<String> = self.list.iter().map(CredentialSource::place).collect();
        Some(places.join(" or "))
    }

    /// Reads the credential of a request. If the request has several credentials, in one source or in different
    /// sources, the result is `Several`.
    pub(crate) fn read<'a>(&self, parts: &'a Parts, origin: Option<&str>) -> Credentials<'a> {
        if let [only] = self.list.as_slice() {
            return only.read(parts, origin, self.takes_dpop);
        }
        let found = self.list.iter().map(|source| source.read(parts, origin, self.takes_dpop));
        let mut found = found.filter(|found| *found != Credentials::Absent);
        match (found.next(), found.next()) {
            (None, _) => Credentials::Absent,
            (Some(credentials), None) => credentials,
            (Some(_), Some(_)) => Credentials::Several,
        }
    }

    pub(crate) fn strip_anything(&self) -> bool {
        self.list.iter().any(|source| matches!(source.0, Kind::WebsocketProtocol { .. }))
    }

    /// Removes the credentials in `Sec-WebSocket-Protocol`, so that handlers do not see them. Also marks the headers of
    /// `Kind::Header` and the proof headers as sensitive. Code behind the gate does not know which headers the gate
    /// reads, so the mark tells this code that the headers are secret.
    pub(crate) fn strip(&self, headers: &mut HeaderMap) {
        self.proofs.iter().for_each(|name| mark_sensitive(headers, name));
        for source in &self.list {
            if let (Kind::Header { .. }, Some(name)) = (&source.0, source.header_name()) {
                mark_sensitive(headers, &name);
            }
            if let Kind::WebsocketProtocol { prefix } = &source.0
                && offers(headers, prefix)
            {
                let rest = protocols(headers).filter(|entry| !entry.starts_with(prefix.as_str()));
                let rest = rest.collect::<Vec<_>>().join(", ");
                headers.remove(SEC_WEBSOCKET_PROTOCOL);
                if let Ok(value) = HeaderValue::try_from(rest)
                    && !value.is_empty()
                {
                    headers.insert(SEC_WEBSOCKET_PROTOCOL, value);
                }
            }
        }
    }

    /// If one of the subprotocols contains a credential, this method calls `strip` and returns the original
    /// subprotocols. If no subprotocol contains a credential, this method changes nothing and returns `None`.
    pub(crate) fn take_protocols(&self, headers: &mut HeaderMap) -> Option<Vec<HeaderValue>> {
        let has_to_go = |source: &CredentialSource| matches!(&source.0, Kind::WebsocketProtocol { prefix } if offers(headers, prefix));
        if !self.list.iter().any(has_to_go) {
            return None;
        }
        let protocols = headers.get_all(SEC_WEBSOCKET_PROTOCOL).iter().cloned().collect();
        self.strip(headers);
        Some(protocols)
    }

    /// Restores the original subprotocols.
    pub(crate) fn put_protocols_back(headers: &mut HeaderMap, protocols: &[HeaderValue]) {
        headers.remove(SEC_WEBSOCKET_PROTOCOL);
        for value in protocols {
            headers.append(SEC_WEBSOCKET_PROTOCOL, value.clone());
        }
    }

    /// Tells whether a header can contain a credential or a proof.
    pub(crate) fn read_from(&self, header: &HeaderName) -> bool {
        self.proofs.contains(header)
            || self.list.iter().any(|source| source.header_name().as_ref() == Some(header))
    }

    /// Records the values of all credential headers and proof headers, so that `still_has` can detect a change.
    pub(crate) fn seen(&self, parts: &Parts, origin: Option<&str>) -> Seen {
        let mut values = self.values(&parts.headers).cloned();
        Seen {
            first: values.next(),
            more: values.collect(),
            cookies_count: self.cookies_count(parts, origin),
        }
    }

    /// Tells whether a request still has the recorded values. Allocates nothing.
    pub(crate) fn still_has(&self, parts: &Parts, origin: Option<&str>, seen: &Seen) -> bool {
        self.values(&parts.headers).eq(seen.first.iter().chain(&seen.more))
            && self.cookies_count(parts, origin) == seen.cookies_count
    }

    /// Tells whether the credential of this request can be in a cookie.
    fn cookies_count(&self, parts: &Parts, origin: Option<&str>) -> bool {
        let has_cookies = self.list.iter().any(|source| matches!(source.0, Kind::Cookie { .. }));
        has_cookies && is_same_origin(parts, origin)
    }

    fn values<'a>(&self, headers: &'a HeaderMap) -> impl Iterator<Item = &'a HeaderValue> {
        let names = self.list.iter().filter_map(CredentialSource::header_name);
        let proofs = self.proofs.iter().flat_map(|name| headers.get_all(name));
        names.flat_map(|name| headers.get_all(name)).chain(proofs)
    }

    pub(crate) fn problems(&self) -> impl Iterator<Item = String> {
        let none = self.list.is_empty().then(|| {
            "the gate has no source of credentials; name one, such as `CredentialSource::authorization()`"
                .to_owned()
        });
        let twice = self.list.iter().enumerate().filter(|(at, source)| self.list[..*at].contains(source));
        let twice = twice
            .map(|(_, source)| format!("the credential source `{source}` is listed twice; write it once"));
        none.into_iter().chain(self.list.iter().filter_map(CredentialSource::problem)).chain(twice)
    }
}

/// The values of a request's credential headers and proof headers. Usually there is only one value.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    first: Option<HeaderValue>,
    more: Vec<HeaderValue>,
    cookies_count: bool,
}

/// Tells from the headers whether a request comes from a page of the resource's own origin. Also returns `true` for a
/// `GET` or `HEAD` request if `Sec-Fetch-Site` is `none`, or if `Sec-Fetch-Site` and `Origin` are missing.
fn is_same_origin(parts: &Parts, origin: Option<&str>) -> bool {
    let headers = &parts.headers;
    let is_safe = matches!(parts.method, Method::GET | Method::HEAD);
    let mut sites = headers.get_all("sec-fetch-site").iter();
    let mut origins = headers.get_all(ORIGIN).iter();
    match (sites.next(), sites.next(), origins.next(), origins.next()) {
        (Some(site), None, ..) => match site.as_bytes() {
            b"same-origin" => true,
            // The person opened the page from the address bar or a bookmark.
            b"none" => is_safe,
            _ => false,
        },
        (None, None, Some(given), None) => {
            given.to_str().is_ok_and(|given| origin.is_some_and(|own| Origin::is_same(given, own)))
        }
        (None, None, None, None) => is_safe,
        _ => false,
    }
}

fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Credentials<'a> {
    let pairs = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    let pairs = pairs.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let values = pairs.filter(|(key, _)| *key == name).map(|(_, value)| value);
    one(values, |value| !value.is_empty() && value.bytes().all(is_cookie_octet))
}

/// Tells whether a byte is a `cookie-octet`
/// ([RFC 6265, section 4.1.1](https://www.rfc-editor.org/rfc/rfc6265#section-4.1.1)).
const fn is_cookie_octet(byte: u8) -> bool {
    matches!(byte, 0x21 | 0x23..=0x2B | 0x2D..=0x3A | 0x3C..=0x5B | 0x5D..=0x7E)
}

fn proxied<'a>(headers: &'a HeaderMap, name: &str) -> Credentials<'a> {
    let values = headers.get_all(name).iter().map(|value| value.to_str().unwrap_or_default().trim());
    one(
        values.map(|value| match value.split_once(' ') {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim_start(),
            _ => value,
        }),
        is_b64token,
    )
}

fn mark_sensitive(headers: &mut HeaderMap, name: &HeaderName) {
    if let http::header::Entry::Occupied(mut entry) = headers.entry(name) {
        entry.iter_mut().for_each(|value| value.set_sensitive(true));
    }
}

/// Tells whether the client offers a subprotocol that begins with `prefix`.
fn offers(headers: &HeaderMap, prefix: &str) -> bool {
    protocols(headers).any(|entry| entry.starts_with(prefix))
}

/// Iterates over the subprotocols that a client offers.
fn protocols(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let lines = headers.get_all(SEC_WEBSOCKET_PROTOCOL).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).map(str::trim)
}

fn one<'a>(mut values: impl Iterator<Item = &'a str>, is_legal: impl Fn(&str) -> bool) -> Credentials<'a> {
    match (values.next(), values.next()) {
        (None, _) => Credentials::Absent,
        (Some(value), None) if is_legal(value) => Credentials::Bearer(value),
        (Some(_), None) => Credentials::NotAToken(Scheme::Bearer),
        (Some(_), Some(_)) => Credentials::Several,
    }
}

#[cfg(test)]
mod tests;
