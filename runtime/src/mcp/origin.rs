//! The pages from which browsers may send requests.

use http::{HeaderMap, header::ORIGIN};

use crate::{
    resource::{Origin, Resource},
    shown,
};

/// The origins of the allowed pages. `Origins` also admits a request without an `Origin` header, because clients other
/// than browsers usually send no `Origin`.
#[derive(Clone, Debug, Default)]
pub(super) struct Origins {
    allowed: Vec<String>,
    /// Whether pages on loopback hosts, such as the pages of development tools, are allowed.
    loopback: bool,
}

impl Origins {
    /// Allows the resource's own pages. Also allows pages on all loopback hosts if the resource is on a loopback host,
    /// or if there is no resource.
    pub(super) fn of(resource: Option<&Resource>) -> Self {
        let own = resource.map(Resource::origin);
        let is_on_loopback = |own| Origin::parse(own).is_some_and(|own| own.is_on_loopback());
        Self {
            allowed: own.map(str::to_owned).into_iter().collect(),
            loopback: own.is_none_or(is_on_loopback),
        }
    }

    /// Allows requests from the pages of another origin.
    ///
    /// # Errors
    ///
    /// Fails if no page can have this origin. The error says how to write an origin.
    pub(super) fn allow(&mut self, origin: &str) -> Result<(), String> {
        let text = origin.strip_suffix('/').unwrap_or(origin);
        if Origin::parse(text).is_none() {
            let shown = shown::text(origin);
            return Err(format!(
                "no page can have the origin `{shown}`; write scheme and host (other alphabets as `xn--..`), as in `https://app.example.com`"
            ));
        }
        self.allowed.push(text.to_owned());
        Ok(())
    }

    pub(super) fn admit(&self, headers: &HeaderMap) -> bool {
        headers.get_all(ORIGIN).iter().all(|origin| origin.to_str().is_ok_and(|origin| self.are_of(origin)))
    }

    fn are_of(&self, origin: &str) -> bool {
        let Some(page) = Origin::parse(origin) else { return false };
        self.allowed.iter().any(|allowed| Origin::parse(allowed) == Some(page))
            || self.loopback && page.is_on_loopback()
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
        origins.allow("https://app.example.com/").unwrap();
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
