//! The host that a request is for.

use http::{header::HOST, request::Parts};

use crate::resource::{Authority, Resource};

/// Returns the value of the header `Host` in requests to the resource. If there is no resource, returns an empty
/// string.
pub(super) fn of(resource: Option<&Resource>) -> String {
    let host = resource.and_then(|resource| resource.origin().split_once("://")).map(|(_, host)| host);
    host.filter(|host| Authority::parse(host).is_ok()).unwrap_or_default().to_owned()
}

/// Tells whether all parsers read the same host from the request.
///
/// rmcp compares the host with a list of allowed hosts. The parser of rmcp reads `[::1]evil.com` as `[::1]`, and
/// `localhost:evil.com` as `localhost`. If the list contains `[::1]` and `localhost`, rmcp therefore also allows
/// `[::1]evil.com` and `localhost:evil.com`. This function rejects these malformed hosts. `own` is the resource's host,
/// which was checked at startup. Most requests name this host, so the function compares the host with `own` first.
pub(super) fn is_plain(parts: &Parts, own: &str) -> bool {
    let mut hosts = parts.headers.get_all(HOST).iter();
    match (hosts.next(), hosts.next()) {
        (Some(host), None) if !own.is_empty() && host == own => true,
        (Some(host), None) => host.to_str().is_ok_and(|host| Authority::parse(host).is_ok()),
        // In HTTP/2, the host is in the URI. A request without any host passes here, because rmcp rejects it.
        (None, _) => parts.uri.authority().is_none_or(|host| Authority::parse(host.as_str()).is_ok()),
        (Some(_), Some(_)) => false,
    }
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    #[track_caller]
    fn check(resource: Option<&str>, hosts: &[&str], expected: bool) {
        let resource = resource.map(|resource| Resource::new(resource).unwrap());
        let request = hosts.iter().fold(Request::post("/mcp"), |request, host| request.header(HOST, *host));
        let (parts, ()) = request.body(()).unwrap().into_parts();
        assert_eq!(is_plain(&parts, &of(resource.as_ref())), expected, "{resource:?} {hosts:?}");
    }

    #[test]
    fn a_host_is_one_that_all_readers_take_for_the_same() {
        for own in [None, Some("https://files.example.com:8443/mcp"), Some("http://localhost:4100/mcp")] {
            check(own, &["files.example.com:8443"], true);
            check(own, &["FILES.example.com"], true);
            check(own, &["localhost:4100"], true);
            check(own, &["files.example.com:8443", "files.example.com:8443"], false);
            check(own, &["localhost:4100", "evil.com"], false);
            check(own, &["localhost:evil.com"], false);
            check(own, &["[::1]evil.com"], false);
            check(own, &["https://files.example.com:8443"], false);
            check(own, &["files.example.com:8443@evil.com"], false);
            check(own, &[""], false);
        }
    }
}
