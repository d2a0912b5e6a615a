//! Fetches a JSON document over HTTP, within bounds.

use std::{error::Error, fmt, time::Duration};

use reqwest::{Client, Response, StatusCode, Url, header::ACCEPT, redirect::Policy};
use serde_json::Value;

use crate::resource::is_loopback;

/// The largest document that is read, in bytes; key sets have some thousand.
const MAX_LENGTH: usize = 1024 * 1024;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

const TIMEOUT: Duration = Duration::from_secs(10);

/// Reads a URL from which keys may come: `https`, or `http` from this very machine, since whoever can change the answer
/// on its way can make tokens.
pub(super) fn trusted_url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| format!("`{text}` is not a URL: {error}"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(
            "the URL of keys has no user and no password; leave out what stands before `@`".to_owned()
        );
    }
    if url.scheme() == "https" || url.scheme() == "http" && url.host_str().is_some_and(is_loopback) {
        Ok(url)
    } else {
        Err(format!("`{text}` is neither `https` nor `http` at a loopback address"))
    }
}

/// Fetches the JSON document at `url`. Redirects are not followed: they could lead anywhere.
pub(super) async fn json(url: &Url) -> Result<Value, FetchError> {
    let fault = |kind| FetchError { url: url.clone(), kind };
    let unreachable = |error: reqwest::Error| fault(Kind::Unreachable(error.without_url()));

    let client = client_for(url).map_err(unreachable)?;
    let answer =
        client.get(url.clone()).header(ACCEPT, "application/json").send().await.map_err(unreachable)?;
    if answer.status() != StatusCode::OK {
        return Err(fault(Kind::Status(answer.status())));
    }
    let body = body_of(answer).await.map_err(fault)?;
    serde_json::from_slice(&body).map_err(|error| fault(Kind::NotJson(error)))
}

/// Makes a client for one request. There are few requests, and a client that is kept would keep connections to a runtime
/// that may have ended, and the root certificates of the day the program started.
fn client_for(url: &Url) -> reqwest::Result<Client> {
    let client = Client::builder()
        .user_agent(concat!("scopegate/", env!("CARGO_PKG_VERSION")))
        .redirect(Policy::none())
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(TIMEOUT);
    if url.scheme() == "https" {
        return client.build();
    }
    // A proxy would take the request away from this machine. Root certificates are not needed, and take long to read.
    client.no_proxy().tls_certs_only([]).build()
}

async fn body_of(mut answer: Response) -> Result<Vec<u8>, Kind> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| Kind::Cut(error.without_url()))? {
        if body.len() + chunk.len() > MAX_LENGTH {
            return Err(Kind::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// The reason why a document could not be fetched.
#[derive(Debug)]
pub(super) struct FetchError {
    url: Url,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Unreachable(reqwest::Error),
    Status(StatusCode),
    Cut(reqwest::Error),
    TooLong,
    NotJson(serde_json::Error),
}

impl FetchError {
    /// Tells whether the host did not answer at all.
    pub(super) fn is_unreachable(&self) -> bool {
        matches!(self.kind, Kind::Unreachable(_))
    }
}

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A query may hold a secret.
        write!(f, "{}{}: ", self.url.origin().ascii_serialization(), self.url.path())?;
        match &self.kind {
            Kind::Unreachable(error) => {
                f.write_str("no answer")?;
                write_chain(f, error)
            }
            Kind::Status(status) => write!(f, "the status is {status}, not 200"),
            Kind::Cut(error) => {
                f.write_str("the answer is incomplete")?;
                write_chain(f, error)
            }
            Kind::TooLong => write!(f, "the answer is longer than {MAX_LENGTH} bytes"),
            Kind::NotJson(error) => write!(f, "the answer is not JSON: {error}"),
        }
    }
}

/// Writes an error with its causes, without which reqwest's says only that something went wrong.
fn write_chain(f: &mut fmt::Formatter<'_>, error: &dyn Error) -> fmt::Result {
    let mut next = Some(error);
    while let Some(error) = next {
        write!(f, ": {error}")?;
        next = error.source();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::trusted_url;

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
            assert!(trusted_url(url).is_ok(), "{url}");
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
        ];
        for url in refused {
            assert!(trusted_url(url).is_err(), "{url}");
        }
    }
}
