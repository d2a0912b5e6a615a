//! Redirect URIs: which may be registered, which match, and how they carry an answer.

use axum::response::{IntoResponse, Redirect, Response};
use url::Url;

use crate::error::OAuthError;
use crate::host::is_loopback_host;

/// Schemes that a browser handles itself, so that no app receives the answer.
const NEVER_AN_APP: [&str; 9] =
    ["about", "blob", "data", "file", "ftp", "javascript", "vbscript", "ws", "wss"];

/// A redirect URI that a client may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RedirectUri {
    text: String,
    url: Url,
}

impl RedirectUri {
    /// Accepts https, http on the loopback interface, and a native app's own scheme ([RFC 8252, section 7]),
    /// without a fragment ([RFC 6749, section 3.1.2]).
    ///
    /// [RFC 6749, section 3.1.2]: https://www.rfc-editor.org/rfc/rfc6749#section-3.1.2
    /// [RFC 8252, section 7]: https://www.rfc-editor.org/rfc/rfc8252#section-7
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) || text.contains('#') {
            return None;
        }
        let url = Url::parse(text).ok()?;
        let allowed = match url.scheme() {
            "https" => true,
            "http" => url.host_str().is_some_and(is_loopback_host),
            scheme => !NEVER_AN_APP.contains(&scheme),
        };
        (allowed && url.username().is_empty() && url.password().is_none())
            .then(|| Self { text: text.to_owned(), url })
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// Tells whether the registered URI `self` allows `asked`: the same text, or any port on the loopback interface, because a
    /// native app uses any free port ([RFC 8252, section 7.3]).
    ///
    /// [RFC 8252, section 7.3]: https://www.rfc-editor.org/rfc/rfc8252#section-7.3
    pub(crate) fn allows(&self, asked: &Self) -> bool {
        self.text == asked.text || (self.is_loopback() && self.without_port() == asked.without_port())
    }

    /// `parse` accepts `http` only on the loopback interface.
    fn is_loopback(&self) -> bool {
        self.url.scheme() == "http"
    }

    fn without_port(&self) -> Option<Url> {
        let mut url = self.url.clone();
        url.set_port(None).ok()?;
        Some(url)
    }
}

/// The destination of the answer to an authorization request.
#[derive(Debug, Clone)]
pub(crate) struct Callback {
    pub(crate) uri: RedirectUri,
    pub(crate) state: Option<String>,
}

impl Callback {
    pub(crate) fn code(&self, issuer: &str, code: &str) -> Response {
        self.send(issuer, &[("code", code)])
    }

    pub(crate) fn error(&self, issuer: &str, error: &OAuthError) -> Response {
        self.send(issuer, &[("error", error.code.as_str()), ("error_description", &error.description)])
    }

    /// Redirects to the client with `answer`, `state`, and `iss` against mix-up attacks
    /// ([RFC 9207](https://www.rfc-editor.org/rfc/rfc9207)).
    fn send(&self, issuer: &str, answer: &[(&str, &str)]) -> Response {
        let mut url = self.uri.url.clone();
        url.query_pairs_mut()
            .extend_pairs(answer)
            .extend_pairs(self.state.as_deref().map(|state| ("state", state)))
            .append_pair("iss", issuer);
        // 303, so that a browser that sent a POST continues with a GET (RFC 9700, section 4.12).
        Redirect::to(url.as_str()).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_registered() {
        for (text, expected) in [
            ("https://app.example.com/callback", true),
            ("https://app.example.com/callback?tenant=1", true),
            ("http://127.0.0.1:8000/callback", true),
            ("http://[::1]/callback", true),
            ("http://localhost:3000/callback", true),
            ("com.example.app:/callback", true),
            ("cursor://anysphere.cursor-retrieval/oauth/callback", true),
            ("http://app.example.com/callback", false),
            ("http://localhost.example.com/callback", false),
            ("http://127.0.0.1.example.com/callback", false),
            ("https://app.example.com/callback#part", false),
            ("https://app.example.com@evil.example.net/", false),
            ("https://app.example.com/ callback", false),
            ("javascript:alert(1)", false),
            ("data:text/html,x", false),
            ("/callback", false),
            ("", false),
        ] {
            assert_eq!(RedirectUri::parse(text).is_some(), expected, "{text}");
        }
    }

    #[test]
    fn what_matches() {
        for (registered, asked, expected) in [
            ("https://app.example.com/cb", "https://app.example.com/cb", true),
            ("https://app.example.com/cb", "https://app.example.com/cb/", false),
            ("https://app.example.com/cb", "https://app.example.com:8443/cb", false),
            ("https://app.example.com/cb", "https://app.example.com/cb?a=1", false),
            ("http://127.0.0.1/cb", "http://127.0.0.1:51234/cb", true),
            ("http://127.0.0.1:1/cb", "http://127.0.0.1:51234/cb", true),
            ("http://localhost:1/cb", "http://localhost:2/cb", true),
            ("http://[::1]:1/cb", "http://[::1]:2/cb", true),
            ("http://127.0.0.1:1/cb", "http://127.0.0.1:1/other", false),
            ("http://127.0.0.1:1/cb", "http://localhost:1/cb", false),
            ("http://127.0.0.1:1/cb", "https://127.0.0.1:1/cb", false),
            ("app:/cb", "app:/cb", true),
            ("app:/cb", "app:/cb2", false),
        ] {
            let [registered_uri, asked_uri] =
                [registered, asked].map(|text| RedirectUri::parse(text).unwrap());
            assert_eq!(registered_uri.allows(&asked_uri), expected, "{registered} {asked}");
        }
    }
}
