//! The URLs of a resource: their syntax, and the position of the well-known path.

use std::borrow::Cow;

#[cfg(feature = "family")]
use super::family::example;
use super::{
    InvalidResource,
    authority::Authority,
    canonical::{canonical, twin},
};
use crate::shown::{self, WithoutSecrets};

/// The well-known path that [RFC 9728, section 3](https://www.rfc-editor.org/rfc/rfc9728#section-3) defines.
pub(crate) const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

/// An absolute URL with a host, exactly as the program wrote it.
///
/// The URL is not normalized, because clients compare URLs character by character ([RFC 9728, section
/// 6](https://www.rfc-editor.org/rfc/rfc9728#section-6)). The identifier of a resource must have the form that clients
/// send. By contrast, the URL of an issuer can have any form, because the authorization server writes the same form
/// into its metadata and its tokens.
#[derive(Clone, Debug)]
pub(crate) struct Url {
    text: String,
    /// The position in `text` where the authority ends.
    origin_end: usize,
}

impl Url {
    /// Checks the identifier of a resource.
    pub(super) fn resource(what: &'static str, text: String) -> Result<Self, InvalidResource> {
        Self::identifier(what, text)?.in_their_form(what)
    }

    /// Checks the pattern of a family. When values replace the parameters of the pattern, the result must be a valid
    /// identifier of a resource.
    #[cfg(feature = "family")]
    pub(super) fn family(what: &'static str, pattern: String) -> Result<Self, InvalidResource> {
        let example = example(&pattern).map_err(|fault| refused(what, &pattern, fault))?;
        match Self::identifier(what, example) {
            Ok(Self { origin_end, .. }) => Self { text: pattern, origin_end }.in_their_form(what),
            Err(invalid) => Err(refused(what, &pattern, invalid.fault)),
        }
    }

    /// Checks that the URL has the form in which clients send it. Clients never request tokens for a URL in another
    /// form. Also checks that the URL contains no parameter of a challenge, such as `scope=`. Challenges contain the
    /// URL, and clients search the whole challenge for parameters.
    fn in_their_form(self, what: &'static str) -> Result<Self, InvalidResource> {
        let sent = canonical(&self.text, self.origin_end);
        if sent != self.text {
            let fault = other_form(&self.text, &sent);
            return Err(self.refused(what, fault));
        }
        if scopegate_grammar::has_parameter(&self.text) {
            return Err(self.refused(what, "remove `scope=` and other parameters of a challenge, since clients search the whole challenge for them"));
        }
        Ok(self)
    }

    /// Checks an identifier: an absolute `https` URL without a fragment. `http` is accepted for loopback hosts.
    pub(super) fn identifier(what: &'static str, text: String) -> Result<Self, InvalidResource> {
        let url = Self::page(what, text)?;
        if url.text.contains('#') {
            return Err(url.refused(what, "remove `#` and the text after it"));
        }
        Ok(url)
    }

    /// Checks an issuer: an identifier without a query ([RFC 8414, section
    /// 2](https://www.rfc-editor.org/rfc/rfc8414#section-2)).
    pub(super) fn issuer(what: &'static str, text: String) -> Result<Self, InvalidResource> {
        let url = Self::identifier(what, text)?;
        if url.text.contains('?') {
            return Err(url.refused(what, "an issuer has no query; remove `?` and the text after it"));
        }
        Ok(url)
    }

    /// Checks the URL of a page that people read, such as the documentation. The URL may have a fragment.
    pub(super) fn page(what: &'static str, text: String) -> Result<Self, InvalidResource> {
        match origin_end(&text) {
            Ok(origin_end) => Ok(Self { text, origin_end }),
            Err(fault) => Err(refused(what, &text, fault)),
        }
    }

    /// Tells whether `audience` is this URL, or differs from it only by the slash after the host.
    pub(super) fn is_named_by(&self, audience: &str) -> bool {
        self.text == audience || twin(&self.text, self.origin_end).as_deref() == Some(audience)
    }

    fn refused(self, what: &'static str, fault: impl Into<Cow<'static, str>>) -> InvalidResource {
        refused(what, &self.text, fault)
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    pub(super) fn into_string(self) -> String {
        self.text
    }

    /// Returns scheme and authority.
    pub(super) fn origin(&self) -> &str {
        self.text.split_at(self.origin_end).0
    }

    /// Returns the path, or `/` if the URL has none.
    pub(super) fn path(&self) -> &str {
        let rest = self.text.split_at(self.origin_end).1;
        let path = rest.split(['?', '#']).next().unwrap_or_default();
        if path.is_empty() { "/" } else { path }
    }

    /// Returns the URL with the well-known path inserted after scheme and authority.
    pub(super) fn well_known(&self) -> String {
        let (origin, _) = self.text.split_at(self.origin_end);
        format!("{origin}{WELL_KNOWN}{}", self.suffix())
    }

    /// Returns the path of [`Url::well_known`].
    pub(super) fn well_known_path(&self) -> String {
        let suffix = self.suffix();
        let path = suffix.split_once('?').map_or(suffix, |(path, _query)| path);
        format!("{WELL_KNOWN}{path}")
    }

    /// Returns path and query. A path that is only a slash is left out ([RFC 9728, section
    /// 3.1](https://www.rfc-editor.org/rfc/rfc9728#section-3.1)).
    fn suffix(&self) -> &str {
        let rest = &self.text[self.origin_end..];
        match rest.strip_prefix('/') {
            Some(after) if after.is_empty() || after.starts_with('?') => after,
            _ => rest,
        }
    }
}

/// Makes the error for a URL. Secrets in the URL are removed, because the program's log shows the error.
fn refused(what: &'static str, url: &str, fault: impl Into<Cow<'static, str>>) -> InvalidResource {
    InvalidResource { what, text: WithoutSecrets(url).to_string(), fault: fault.into() }
}

/// Returns advice on how to change `url` to `sent`, the form that clients send. The advice does not show the query.
fn other_form(url: &str, sent: &str) -> Cow<'static, str> {
    let path_end = |url: &str| url.find('?').unwrap_or(url.len());
    let (before_query, query) = sent.split_at(path_end(sent));
    if before_query == &url[..path_end(url)] {
        return "write `'` in the query as `%27`, the form that clients send".into();
    }
    let query = if query.is_empty() { "" } else { "?.." };
    format!("write `{}{query}`, the form that clients send", shown::text(before_query)).into()
}

/// Checks an absolute URL, and finds the end of its authority.
fn origin_end(url: &str) -> Result<usize, &'static str> {
    if url.len() > MAX_LENGTH {
        return Err("keep it below 2048 characters");
    }
    let (scheme, rest) = url.split_once("://").ok_or(NOT_ABSOLUTE)?;
    let (authority, rest) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let host = Authority::parse(authority)?.host;
    match scheme.to_ascii_lowercase().as_str() {
        "https" => {}
        "http" if host.is_loopback() => {}
        "http" => return Err("use `https`; `http` is for loopback hosts such as `127.0.0.1`"),
        _ => return Err(NOT_ABSOLUTE),
    }
    check_rest(rest)?;
    Ok(scheme.len() + "://".len() + authority.len())
}

const NOT_ABSOLUTE: &str = "write an absolute `https` URL, as in `https://api.example.com/mcp`";

/// The length of the longest accepted URL, in bytes. Common servers and proxies accept a URL of this length in a
/// request line. The longest accepted URL also fits into a challenge, which has at most 8 KiB.
const MAX_LENGTH: usize = 2047;

/// Checks path, query and fragment.
fn check_rest(rest: &str) -> Result<(), &'static str> {
    if !is_path_text(rest) {
        return Err(
            "percent-encode what a URL cannot hold, such as spaces, `{`, `}` and letters beyond ASCII",
        );
    }
    let path = rest.split(['?', '#']).next().unwrap_or_default();
    if path.split('/').any(is_dots) {
        return Err("remove the segments `.` and `..`; clients resolve them before they send a request");
    }
    Ok(())
}

/// Tells whether `text` has the form `*( pchar / "/" / "?" )` ([RFC 3986, section
/// 3.3](https://www.rfc-editor.org/rfc/rfc3986#section-3.3)). The text may end with a fragment of the same form. A text
/// of this form contains neither `"` nor `\`, so it is safe inside a quoted string of a header.
fn is_path_text(text: &str) -> bool {
    let (text, fragment) = text.split_once('#').unwrap_or((text, ""));
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let plain = |part: &str| part.bytes().all(|byte| unreserved(byte) || b"!$&'()*+,;=:@/?".contains(&byte));
    let encoded = |part: &str| part.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2 && plain(part);
    let legal = |text: &str| {
        let mut parts = text.split('%');
        parts.next().is_some_and(plain) && parts.all(encoded)
    };
    legal(text) && legal(fragment)
}

/// Tells whether a segment is `.` or `..`. The function recognizes plain and percent-encoded dots, because clients
/// resolve both forms.
fn is_dots(segment: &str) -> bool {
    matches!(segment.replace("%2e", ".").replace("%2E", ".").as_str(), "." | "..")
}
