//! Decides from which URLs the documents of an issuer may be fetched.

use reqwest::Url;

use super::transport::Transport;
use crate::{resource::is_loopback, shown};

/// The maximum length of a URL, in bytes. There is a limit because a URL can come from another server.
const MAX_LENGTH: usize = 2048;

/// Parses a URL from which keys may be loaded. An `https` URL is accepted. An `http` URL is accepted only if the
/// program names the URL's host, or if this host is a loopback address. Other `http` URLs are rejected, because anyone
/// who can change the answer in transit can forge tokens.
pub(crate) fn trusted_url(text: &str, transport: &Transport) -> Result<Url, String> {
    if text.len() > MAX_LENGTH {
        return Err(format!("a URL of keys has at most {MAX_LENGTH} bytes"));
    }
    let shown = shown::url(text);
    let url = Url::parse(text).map_err(|error| format!("`{shown}` is not a URL: {error}"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(
            "the URL of keys must have no user and no password; remove `@` and the text before it".to_owned()
        );
    }
    if url.scheme() == "https" || url.scheme() == "http" && (is_on_loopback(&url) || transport.is_plain(&url))
    {
        Ok(url)
    } else {
        Err(format!(
            "`{shown}` is not an `https` URL; `http` is allowed only at a loopback address, or at a host in `.http_hosts([..])`"
        ))
    }
}

/// Hosts that the program lists in a setting, such as `key_hosts`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hosts(Vec<(String, Option<u16>)>);

impl Hosts {
    /// Adds a host whose URLs begin with `https`. `host` includes the port if the port is not 443. `method` is the name
    /// of the method that the program called to add the host.
    pub(crate) fn add(&mut self, host: &str, method: &str) -> Result<(), String> {
        self.add_of("https", host, method)
    }

    /// Adds a host whose URLs begin with `scheme`. `host` includes the port if the port is not the scheme's default.
    pub(super) fn add_of(&mut self, scheme: &str, host: &str, method: &str) -> Result<(), String> {
        let url = Url::parse(&format!("{scheme}://{host}/")).ok();
        let url = url.filter(|_| !host.contains(['/', '\\', '?', '#', '@', '*']));
        let named = url.as_ref().and_then(|url| Some((url.host_str()?.to_owned(), url.port())));
        let named = named.ok_or_else(|| {
            let shown = shown::url(host);
            format!("`{shown}` is not a host for `{method}`; write one such as `keys.example.com` or `keys.example.com:8443`")
        })?;
        self.0.push(named);
        Ok(())
    }

    pub(super) fn have(&self, url: &Url) -> bool {
        let host = url.host_str().unwrap_or_default();
        self.0.iter().any(|(name, port)| name == host && *port == url.port())
    }

    /// Checks the URL that an issuer gives for its keys. The URL must have the origin of one of the issuer's `own`
    /// URLs, or a host that the program names. Without this check, an issuer could make this program send requests to
    /// any reachable host, and trust the keys there.
    pub(crate) fn admit(&self, text: &str, own: &[Url], transport: &Transport) -> Result<Url, String> {
        let url = trusted_url(text, transport)?;
        if own.iter().any(|own| own.origin() == url.origin()) {
            return Ok(url);
        }
        let shown = shown::url(text);
        let is_plain = url.scheme() == "http" && !transport.is_plain(&url);
        if is_plain && !own.iter().any(is_on_loopback) {
            return Err(format!(
                "its keys are at `{shown}`, but only an issuer on this machine may have keys at an `http` loopback address"
            ));
        }
        if self.have(&url) {
            return Ok(url);
        }
        let host = url.host_str().unwrap_or_default();
        let port = url.port().map_or_else(String::new, |port| format!(":{port}"));
        Err(format!(
            "its keys are at `{shown}`, which is not on the origin of the issuer or of its metadata; if the issuer documents this address, write `.key_hosts([\"{host}{port}\"])`"
        ))
    }
}

pub(super) fn is_on_loopback(url: &Url) -> bool {
    url.host_str().is_some_and(is_loopback)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_for_loopback() {
        let trusted = [
            "https://h/k",
            "HTTPS://h",
            "http://localhost:1/k",
            "http://127.0.0.1",
            "http://127.9.9.9",
            "http://[::1]:8/",
        ];
        for url in trusted {
            assert!(trusted_url(url, &Transport::default()).is_ok(), "{url}");
        }
        let refused = [
            "http://h",
            "http://localhost.evil.example",
            "http://10.0.0.1",
            "http://[::2]",
            "ftp://localhost",
            "data:x",
            "/k",
            "",
            "https://user:secret@h",
        ];
        for url in refused {
            let error = trusted_url(url, &Transport::default()).expect_err(url);
            assert!(!error.contains("secret"), "{error}");
        }
        assert!(
            trusted_url(&format!("https://h/{}", "a".repeat(MAX_LENGTH)), &Transport::default()).is_err()
        );
    }

    #[track_caller]
    fn check(issuer: &str, keys: &str, hosts: &[&str], expected: Result<(), &str>) {
        let mut named = Hosts::default();
        for host in hosts {
            named.add(host, "key_hosts").expect("a host");
        }
        let issuer_url = Url::parse(issuer).expect("an issuer");
        let admitted = named.admit(keys, &[issuer_url], &Transport::default());
        match (admitted, expected) {
            (Ok(_), Ok(())) => {}
            (Err(found), Err(expected)) => assert!(found.contains(expected), "{found}"),
            (found, _) => panic!("{keys} of {issuer}: {found:?}"),
        }
    }

    #[test]
    fn keys_are_on_the_origin_of_their_issuer() {
        check("https://a.example/t", "https://a.example/keys", &[], Ok(()));
        check("https://a.example", "https://A.EXAMPLE:443/keys", &[], Ok(()));
        let named = |host| format!("write `.key_hosts([\"{host}\"])`");
        let elsewhere = |issuer, keys, host| check(issuer, keys, &[], Err(&named(host)));
        elsewhere("https://a.example", "https://a.example:8443/keys", "a.example:8443");
        elsewhere("https://a.example", "https://keys.a.example/", "keys.a.example");
        elsewhere("https://a.example", "https://a.example.evil/keys", "a.example.evil");
        elsewhere("https://a.example", "https://169.254.169.254/latest", "169.254.169.254");
        elsewhere("https://a.example", "https://2852039166/latest", "169.254.169.254");
        elsewhere("https://a.example", "https://[fe80::1]/", "[fe80::1]");
        elsewhere("https://a.example", "https://10.0.0.1/", "10.0.0.1");
        elsewhere("https://a.example", "https://localhost/", "localhost");
        elsewhere("http://127.0.0.1:1", "http://127.0.0.1:2/", "127.0.0.1:2");
        elsewhere("http://localhost:1", "http://127.0.0.1:1/", "127.0.0.1:1");
    }

    #[test]
    fn http_is_for_issuers_on_this_machine() {
        let refused = Err("only an issuer on this machine may have keys at an `http` loopback address");
        for keys in ["http://127.0.0.1/keys", "http://localhost:1/", "http://[::1]/", "http://2130706433/"] {
            check("https://a.example", keys, &[], refused);
            check("https://a.example", keys, &["127.0.0.1", "localhost:1", "[::1]"], refused);
        }
        check("https://127.0.0.1", "http://127.0.0.1/keys", &["127.0.0.1"], Ok(()));
        check("http://127.0.0.1:1", "http://a.example/", &["a.example"], Err("is not an `https` URL"));
    }

    #[test]
    fn a_program_names_hosts_and_ports() {
        let (google, keys) = ("https://accounts.google.com", "https://www.googleapis.com/oauth2/v3/certs");
        check(google, keys, &["www.googleapis.com"], Ok(()));
        check(google, keys, &["x.example", "WWW.googleapis.com:443"], Ok(()));
        check(google, keys, &["googleapis.com"], Err("not on the origin of the issuer"));
        check(google, keys, &["www.googleapis.com:8443"], Err("not on the origin of the issuer"));
        check(google, "https://k.example:8443/", &["k.example:8443"], Ok(()));
        for host in ["", "https://h", "h/keys", "user@h", "*.h", "h?q", "h h", "h:x"] {
            assert!(Hosts::default().add(host, "key_hosts").is_err(), "{host}");
        }
    }
}
