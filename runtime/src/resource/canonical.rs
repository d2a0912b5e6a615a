//! The form in which clients send a URL. Clients parse a URL according to the
//! [URL standard](https://url.spec.whatwg.org/), and write it again from its parts.

use std::fmt::Write;

use super::authority::{Authority, default_port};

/// Returns a URL in the form in which clients send it. [`Url`](super::url::Url) has already checked the URL. The origin
/// of the URL ends at `origin_end`.
///
/// Clients add a slash after a host without a path. This function does not add the slash, because both forms are
/// accepted; see [`twin`].
///
/// A host with `xn--` is not decoded, because every registered name with `xn--` already has the form that clients send.
pub(super) fn canonical(url: &str, origin_end: usize) -> String {
    let (origin, rest) = url.split_at(origin_end);
    let (scheme, authority) = origin.split_once("://").unwrap_or(("", origin));
    let scheme = scheme.to_ascii_lowercase();
    let mut text = format!("{scheme}://");
    match Authority::parse(authority) {
        Ok(Authority { host, port }) => {
            let _ = write!(text, "{host}");
            if let Some(port) = port.filter(|port| Some(*port) != default_port(&scheme)) {
                let _ = write!(text, ":{port}");
            }
        }
        // `Url` has already rejected a URL with an invalid authority.
        Err(_) => text.push_str(authority),
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

/// If the URL has no path, adds or removes the slash at the end: `https://h` becomes `https://h/`, and `https://h/`
/// becomes `https://h`.
pub(super) fn twin(url: &str, origin_end: usize) -> Option<String> {
    let (origin, rest) = url.split_at(origin_end);
    match rest.as_bytes() {
        [] | [b'?', ..] => Some(format!("{origin}/{rest}")),
        [b'/'] | [b'/', b'?', ..] => Some(format!("{origin}{}", &rest[1..])),
        _ => None,
    }
}
