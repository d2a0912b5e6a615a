//! Host and port, as written in URLs and in the headers `Origin` and `Host`.

use std::{
    fmt,
    net::{Ipv4Addr, Ipv6Addr},
    ops::Range,
};

/// `host [ ":" port ]` ([RFC 3986, section 3.2](https://www.rfc-editor.org/rfc/rfc3986#section-3.2)).
///
/// Browsers accept forms that this type rejects: they read `127.1` as an address, and they convert names in other
/// alphabets to `xn--..`. A form that only some parsers understand is rejected, so that all parsers read the same host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Authority<'a> {
    pub(crate) host: Host<'a>,
    pub(crate) port: Option<u16>,
}

/// A DNS name or an IP address. Names are compared without regard to case, and addresses by their value.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Host<'a> {
    Name(&'a str),
    V4(Ipv4Addr),
    V6(Ipv6Addr),
}

impl<'a> Authority<'a> {
    pub(crate) fn parse(text: &'a str) -> Result<Self, &'static str> {
        if text.contains('@') {
            return Err("remove the user before `@`");
        }
        let (host, port) = split(text);
        let port = match port.strip_prefix(':') {
            None if port.is_empty() => None,
            Some(digits) if is_port(digits) => digits.parse().ok(),
            _ => return Err("write a port between 1 and 65535 after `:`, or remove the `:`"),
        };
        Ok(Self { host: Host::parse(host)?, port })
    }
}

impl<'a> Host<'a> {
    /// Parses a host without a port; an IPv6 address is in brackets.
    pub(crate) fn parse(text: &'a str) -> Result<Self, &'static str> {
        if text.is_empty() {
            return Err("write the host after `://`");
        }
        if let Some(address) = text.strip_prefix('[') {
            let address = address.strip_suffix(']').and_then(|address| address.parse().ok());
            return address.map(Self::V6).ok_or("write an IPv6 address in the brackets, as in `[::1]`");
        }
        if let Ok(address) = text.parse() {
            return Ok(Self::V4(address));
        }
        if !is_name(text) {
            return Err("write the host as a DNS name (other alphabets as `xn--..`) or an IP address");
        }
        Ok(Self::Name(text))
    }

    pub(crate) fn is_loopback(&self) -> bool {
        match self {
            Self::Name(name) => name.eq_ignore_ascii_case("localhost"),
            Self::V4(address) => address.is_loopback(),
            Self::V6(address) => address.is_loopback(),
        }
    }
}

impl PartialEq for Host<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Name(one), Self::Name(other)) => one.eq_ignore_ascii_case(other),
            (Self::V4(one), Self::V4(other)) => one == other,
            (Self::V6(one), Self::V6(other)) => one == other,
            _ => false,
        }
    }
}

impl Eq for Host<'_> {}

/// Writes the host in the form that clients send.
impl fmt::Display for Host<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(&name.to_ascii_lowercase()),
            Self::V4(address) => address.fmt(f),
            Self::V6(address) => write!(f, "[{}]", ipv6(*address)),
        }
    }
}

/// Tells whether a host is a loopback host. `host` is written as in a URL, with brackets around an IPv6 address.
#[cfg(feature = "jwt")]
pub(crate) fn is_loopback(host: &str) -> bool {
    Host::parse(host).is_ok_and(|host| host.is_loopback())
}

/// Returns the default port of a scheme.
pub(crate) fn default_port(scheme: &str) -> Option<u16> {
    match scheme {
        _ if scheme.eq_ignore_ascii_case("http") => Some(80),
        _ if scheme.eq_ignore_ascii_case("https") => Some(443),
        _ => None,
    }
}

/// Splits an authority into the host and the rest. If the authority has brackets, the host ends with the last `]`. If
/// the authority has no brackets, the host ends before the first colon. The rest can be empty.
fn split(authority: &str) -> (&str, &str) {
    match authority.rfind(']') {
        Some(bracket) => authority.split_at(bracket + 1),
        None => authority.split_at(authority.find(':').unwrap_or(authority.len())),
    }
}

fn is_port(digits: &str) -> bool {
    digits.bytes().all(|byte| byte.is_ascii_digit()) && digits.parse::<u16>().is_ok_and(|port| port != 0)
}

/// Tells whether `host` is a DNS name. A host whose last label is a decimal or hexadecimal number is not a name,
/// because clients read it as an IPv4 address ([URL standard, section
/// 3.5](https://url.spec.whatwg.org/#ends-in-a-number-checker)).
fn is_name(host: &str) -> bool {
    let labels = host.strip_suffix('.').unwrap_or(host);
    let is_label = |label: &str| {
        !label.is_empty()
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    let is_number = |label: &str| match label.split_at_checked(2) {
        Some(("0x" | "0X", digits)) => digits.bytes().all(|byte| byte.is_ascii_hexdigit()),
        _ => label.bytes().all(|byte| byte.is_ascii_digit()),
    };
    labels.split('.').all(is_label) && !labels.rsplit('.').next().is_some_and(is_number)
}

/// Writes an IPv6 address in the form of the [URL standard](https://url.spec.whatwg.org/#concept-ipv6-serializer).
/// Unlike Rust's `Display`, this function never writes the last four bytes of an address as an IPv4 address.
fn ipv6(address: Ipv6Addr) -> String {
    let pieces = address.segments();
    let zeros = longest_zeros(&pieces);
    let join = |pieces: &[u16]| pieces.iter().map(|piece| format!("{piece:x}")).collect::<Vec<_>>().join(":");
    if zeros.len() < 2 {
        return join(&pieces);
    }
    format!("{}::{}", join(&pieces[..zeros.start]), join(&pieces[zeros.end..]))
}

/// Finds the longest run of zeros. If several runs have this length, the function returns the first of them.
fn longest_zeros(pieces: &[u16; 8]) -> Range<usize> {
    let mut longest = 0..0;
    for start in 0..pieces.len() {
        let length = pieces[start..].iter().take_while(|piece| **piece == 0).count();
        if length > longest.len() {
            longest = start..start + length;
        }
    }
    longest
}
