//! Which pages a browser may send requests from.

use http::{HeaderMap, header::ORIGIN};

use crate::resource::{Resource, is_loopback};

/// The origins whose pages may call. Requests that come from no page have no `Origin`, and are not concerned.
#[derive(Clone, Debug, Default)]
pub(super) struct Origins {
    allowed: Vec<String>,
    /// A server for this machine takes pages of this machine, such as those of development tools.
    loopback: bool,
}

impl Origins {
    /// Allows the resource's own pages; with a loopback resource, or none, the pages of this machine.
    pub(super) fn of(resource: Option<&Resource>) -> Self {
        let own = resource.map(Resource::origin);
        Self { allowed: own.map(normalize).into_iter().collect(), loopback: own.is_none_or(is_on_loopback) }
    }

    pub(super) fn allow(&mut self, origin: &str) {
        self.allowed.push(normalize(origin));
    }

    pub(super) fn admit(&self, headers: &HeaderMap) -> bool {
        headers.get_all(ORIGIN).iter().all(|origin| {
            let Ok(origin) = origin.to_str() else { return false };
            self.allowed.contains(&normalize(origin)) || self.loopback && is_on_loopback(origin)
        })
    }
}

/// Lower-cases, and leaves out the port that goes without saying.
fn normalize(origin: &str) -> String {
    let origin = origin.trim_ascii().trim_end_matches('/').to_ascii_lowercase();
    for (scheme, port) in [("https://", ":443"), ("http://", ":80")] {
        if let Some(origin) = origin.strip_suffix(port).filter(|_| origin.starts_with(scheme)) {
            return origin.to_owned();
        }
    }
    origin
}

fn is_on_loopback(origin: &str) -> bool {
    host(origin.trim_ascii()).is_some_and(is_loopback)
}

/// Returns the host of an origin, without the port.
pub(super) fn host(origin: &str) -> Option<&str> {
    let (_, authority) = origin.split_once("://").filter(|(_, authority)| !authority.contains(['@', '/']))?;
    match authority.find(']') {
        Some(bracket) => authority.get(..=bracket),
        None => authority.split(':').next(),
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[track_caller]
    fn check(resource: &str, origin: &str, expected: bool) {
        let resource = Resource::new(resource).unwrap();
        let mut origins = Origins::of(Some(&resource));
        origins.allow("https://app.example.com/");
        let headers = HeaderMap::from_iter([(ORIGIN, HeaderValue::try_from(origin).unwrap())]);
        assert_eq!(origins.admit(&headers), expected, "{resource:?} {origin}");
    }

    #[test]
    fn pages_of_other_hosts_may_not_call() {
        for (origin, expected) in [
            ("https://files.example.com", true),
            ("https://FILES.example.com:443", true),
            ("https://app.example.com", true),
            ("https://files.example.com:8443", false),
            ("http://files.example.com", false),
            ("https://files.example.com.evil.com", false),
            ("http://localhost:6274", false),
            ("null", false),
            ("", false),
        ] {
            check("https://files.example.com/mcp", origin, expected);
        }
        for (origin, expected) in [
            ("http://localhost:6274", true),
            ("http://127.0.0.1", true),
            ("http://[::1]:80", true),
            ("https://app.example.com", true),
            ("http://localhost.evil.com", false),
            ("http://127.0.0.1.evil.com", false),
            ("http://evil.com:80", false),
            ("http://localhost:80@evil.com", false),
            ("null", false),
        ] {
            check("http://127.0.0.1:4100/mcp", origin, expected);
        }
    }
}
