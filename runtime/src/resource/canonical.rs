//! The form of a URL that clients send: they parse a URL by the [URL standard](https://url.spec.whatwg.org/), and write
//! it again from its parts.

use std::{fmt::Write, net::Ipv6Addr, ops::Range};

/// Returns the form that clients send for a URL that [`Url`](super::url::Url) has checked, given where its origin ends.
///
/// The slash that clients add behind a host without a path is not added here: both forms count, by [`twin`].
///
/// What `xn--` stands for in a host is not decoded: a name that can be registered stays as it is.
pub(super) fn canonical(url: &str, origin_end: usize) -> String {
    let (origin, rest) = url.split_at(origin_end);
    let (scheme, authority) = origin.split_once("://").unwrap_or(("", origin));
    let scheme = scheme.to_ascii_lowercase();
    let (host, port) = split_authority(authority);
    let mut text = format!("{scheme}://{}", host_of(host));
    // A port that does not parse has been refused before.
    if let Some(port) = port.strip_prefix(':').and_then(|digits| digits.parse::<u16>().ok())
        && port != default_port(&scheme)
    {
        let _ = write!(text, ":{port}");
    }
    match rest.split_once('?') {
        Some((path, query)) => {
            text.push_str(path);
            text.push('?');
            text.push_str(&query.replace('\'', "%27"));
        }
        None => text.push_str(rest),
    }
    text
}

/// Returns the other form of a URL without a path: `https://h` for `https://h/`, and the other way round.
pub(super) fn twin(url: &str, origin_end: usize) -> Option<String> {
    let (origin, rest) = url.split_at(origin_end);
    match rest.as_bytes() {
        [] | [b'?', ..] => Some(format!("{origin}/{rest}")),
        [b'/'] | [b'/', b'?', ..] => Some(format!("{origin}{}", &rest[1..])),
        _ => None,
    }
}

/// Separates `host [ ":" port ]`; the port keeps its colon.
pub(super) fn split_authority(authority: &str) -> (&str, &str) {
    match authority.rfind(']') {
        Some(bracket) => authority.split_at(bracket + 1),
        None => authority.split_at(authority.find(':').unwrap_or(authority.len())),
    }
}

fn default_port(scheme: &str) -> u16 {
    if scheme == "http" { 80 } else { 443 }
}

fn host_of(host: &str) -> String {
    let address = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    match address.and_then(|address| address.parse::<Ipv6Addr>().ok()) {
        Some(address) => format!("[{}]", ipv6(address)),
        None => host.to_ascii_lowercase(),
    }
}

/// Writes an address as the [URL standard](https://url.spec.whatwg.org/#concept-ipv6-serializer) does: never with an IPv4
/// address in it, as Rust writes some.
fn ipv6(address: Ipv6Addr) -> String {
    let pieces = address.segments();
    let zeros = longest_zeros(&pieces);
    let join = |pieces: &[u16]| pieces.iter().map(|piece| format!("{piece:x}")).collect::<Vec<_>>().join(":");
    if zeros.len() < 2 {
        return join(&pieces);
    }
    format!("{}::{}", join(&pieces[..zeros.start]), join(&pieces[zeros.end..]))
}

/// Finds the first of the longest runs of zeros.
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
