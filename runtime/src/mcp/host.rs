//! The host that a request is for.

use http::{header::HOST, request::Parts};

use crate::resource::Authority;

/// Tells whether a request names one host that all readers take for the same.
///
/// rmcp compares it with the hosts of its list, and its parser takes `[::1]evil.com` for `[::1]` and `localhost:evil.com` for
/// `localhost`.
pub(super) fn is_plain(parts: &Parts) -> bool {
    let mut hosts = parts.headers.get_all(HOST).iter();
    match (hosts.next(), hosts.next()) {
        (Some(host), None) => host.to_str().is_ok_and(|host| Authority::parse(host).is_ok()),
        // HTTP/2 has the host in the URI. rmcp refuses a request that names none.
        (None, _) => parts.uri.authority().is_none_or(|host| Authority::parse(host.as_str()).is_ok()),
        (Some(_), Some(_)) => false,
    }
}
