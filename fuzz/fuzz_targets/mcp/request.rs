//! Parses the input.

use std::str::from_utf8;

use axum::body::Body;

use crate::{
    apps::App,
    rules::{ANYONE, TOKENS},
};

/// A request to one of the servers.
pub(crate) struct Request<'a> {
    pub(crate) app: App,
    pub(crate) token: &'static str,
    method: &'a str,
    headers: Vec<(&'a str, &'a str)>,
    body: &'a [u8],
}

/// Headers that each request gets unless it has its own.
const HEADERS: [(&str, &str); 3] = [
    ("content-type", "application/json"),
    ("accept", "application/json, text/event-stream"),
    ("host", "localhost"),
];

impl<'a> Request<'a> {
    /// Reads `app token method`, header lines, an empty line, and the body.
    pub(crate) fn read(data: &'a [u8]) -> Option<Self> {
        let end = data.windows(2).position(|two| two == b"\n\n")?;
        let (head, body) = (from_utf8(&data[..end]).ok()?, &data[end + 2..]);
        let mut lines = head.lines();
        let mut words = lines.next()?.split(' ');
        let app = App::ALL.into_iter().find(|app| Some(app.name()) == words.clone().next())?;
        let token = words.nth(1)?;
        let token = TOKENS.into_iter().find(|(name, _)| *name == token)?.0;
        let headers = lines.map(|line| line.split_once(": ")).collect::<Option<_>>()?;
        Some(Self { app, token, method: words.next()?, headers, body })
    }

    /// Makes the request, or returns `None` if an HTTP library would refuse it.
    pub(crate) fn to_http(&self, session: Option<&str>) -> Option<http::Request<Body>> {
        let mut request = http::Request::builder().method(self.method).uri("/mcp");
        if self.token != ANYONE {
            request = request.header("authorization", format!("Bearer {}", self.token));
        }
        let has = |name: &str| self.headers.iter().any(|(own, _)| own.eq_ignore_ascii_case(name));
        for (name, value) in HEADERS.into_iter().filter(|(name, _)| !has(name)) {
            request = request.header(name, value);
        }
        for (name, value) in &self.headers {
            request =
                request.header(*name, if *value == "SESSION" { session.unwrap_or_default() } else { value });
        }
        request.body(Body::from(self.body.to_vec())).ok()
    }
}
