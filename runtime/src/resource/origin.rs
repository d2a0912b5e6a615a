//! Origins: the origin of the page that sends a request, and the origin of a server.

#[cfg(feature = "rmcp")]
use super::authority::Host;
use super::authority::{Authority, default_port};

/// Scheme, host and port of a page or of a server ([RFC 6454](https://www.rfc-editor.org/rfc/rfc6454)).
///
/// A text that cannot be parsed is not an origin, so `Origin::is_same` returns `false` for it. Texts that cannot be
/// parsed include `null`, and any text with a user, a path, letters beyond ASCII, or an invalid [`Authority`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Origin<'a> {
    scheme: &'a str,
    authority: Authority<'a>,
}

impl<'a> Origin<'a> {
    /// Parses `scheme "://" host [ ":" port ]`.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let (scheme, authority) = text.split_once("://").filter(|(scheme, _)| is_scheme(scheme))?;
        Some(Self { scheme, authority: Authority::parse(authority).ok()? })
    }

    /// Tells whether two texts are the same origin.
    pub(crate) fn is_same(one: &str, other: &str) -> bool {
        Origin::parse(one).is_some_and(|one| Some(one) == Origin::parse(other))
    }

    #[cfg(feature = "rmcp")]
    pub(crate) fn host(&self) -> Host<'a> {
        self.authority.host
    }

    /// Tells whether the origin is that of a web page on a loopback host.
    #[cfg(feature = "mcp")]
    pub(crate) fn is_on_loopback(&self) -> bool {
        default_port(self.scheme).is_some() && self.authority.host.is_loopback()
    }

    fn port(&self) -> Option<u16> {
        self.authority.port.or_else(|| default_port(self.scheme))
    }
}

impl PartialEq for Origin<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.scheme.eq_ignore_ascii_case(other.scheme)
            && self.authority.host == other.authority.host
            && self.port() == other.port()
    }
}

impl Eq for Origin<'_> {}

/// Tells whether `text` has the form `ALPHA *( ALPHA / DIGIT / "+" / "-" / "." )` ([RFC 3986, section
/// 3.1](https://www.rfc-editor.org/rfc/rfc3986#section-3.1)).
fn is_scheme(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
}

#[cfg(test)]
mod tests;
