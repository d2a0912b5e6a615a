//! The host that a request is for.

use http::{header::HOST, request::Parts};

use crate::resource::Authority;

/// Tells whether all parsers read the same host from the request.
///
/// rmcp compares the host with its list, and its parser reads `[::1]evil.com` as `[::1]` and `localhost:evil.com` as
/// `localhost`.
pub(super) fn is_plain(parts: &Parts) -> bool {
    let mut hosts = parts.headers.get_all(HOST).iter();
    match (hosts.next(), hosts.next()) {
        (Some(host), None) => host.to_str().is_ok_and(|host| Authority::parse(host).is_ok()),
        // HTTP/2 has the host in the URI. rmcp rejects a request without a host.
        (None, _) => parts.uri.authority().is_none_or(|host| Authority::parse(host.as_str()).is_ok()),
        (Some(_), Some(_)) => false,
    }
}
