//! Fetches a document over HTTP, with limits.

use std::{error::Error, fmt, time::Duration};

#[cfg(feature = "introspection")]
use bytes::Bytes;
#[cfg(feature = "introspection")]
use reqwest::{Client, header::HeaderMap};
use reqwest::{Response, StatusCode, Url, header::ACCEPT};

use super::transport::Transport;
use crate::shown;

/// The maximum size, in bytes, of a document that is read. Real key sets have a few thousand bytes.
const MAX_LENGTH: usize = 1024 * 1024;

const TIMEOUT: Duration = Duration::from_secs(10);

/// Fetches the document at `url`. Does not follow redirects, because a redirect could lead to any host.
pub(crate) async fn document(url: &Url, transport: &Transport) -> Result<Vec<u8>, FetchError> {
    let fault = |kind| FetchError { url: url.clone(), kind };
    let unreachable = |error: reqwest::Error| fault(Kind::Unreachable(error.without_url()));

    let client = transport.client_for(url).map_err(unreachable)?;
    let request = client.get(url.clone()).header(ACCEPT, "application/json").timeout(TIMEOUT);
    let answer = request.send().await.map_err(unreachable)?;
    if answer.status() != StatusCode::OK {
        return Err(fault(Kind::Status(answer.status())));
    }
    body_of(answer).await.map_err(fault)
}

/// The answer to a request, whatever its status is.
#[cfg(feature = "introspection")]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

/// Posts `body` to `url`, and returns the answer, whatever its status is. Does not follow redirects, because a redirect
/// would send the body to another address.
#[cfg(feature = "introspection")]
pub(crate) async fn post(
    client: &Client,
    url: &Url,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Reply, FetchError> {
    let fault = |kind| FetchError { url: url.clone(), kind };
    let send =
        || client.post(url.clone()).headers(headers.clone()).body(body.clone()).timeout(TIMEOUT).send();
    let answer = match send().await {
        // The server can close an idle connection at the moment when a request uses the connection again. The request
        // is then sent once more.
        Err(error) if error.is_request() && !error.is_connect() && !error.is_timeout() => send().await,
        answer => answer,
    };
    let answer = answer.map_err(|error| fault(Kind::Unreachable(error.without_url())))?;
    let (status, headers) = (answer.status(), answer.headers().clone());
    Ok(Reply { status, headers, body: body_of(answer).await.map_err(fault)? })
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
pub(crate) struct FetchError {
    url: Url,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Unreachable(reqwest::Error),
    Status(StatusCode),
    Cut(reqwest::Error),
    TooLong,
}

impl FetchError {
    /// If a status other than 200 caused the error, returns this status.
    #[cfg(feature = "export")]
    pub(super) fn status(&self) -> Option<StatusCode> {
        match self.kind {
            Kind::Status(status) => Some(status),
            Kind::Unreachable(_) | Kind::Cut(_) | Kind::TooLong => None,
        }
    }

    /// Returns `true` if the host did not answer at all.
    pub(crate) fn is_unreachable(&self) -> bool {
        matches!(self.kind, Kind::Unreachable(_))
    }

    /// Tells whether the answer was too long.
    #[cfg(feature = "introspection")]
    pub(crate) fn is_too_long(&self) -> bool {
        matches!(self.kind, Kind::TooLong)
    }
}

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", shown::url(self.url.as_str()))?;
        match &self.kind {
            Kind::Unreachable(error) => write!(f, "no answer{}", shown::text(Chain(error))),
            Kind::Status(status) => write!(f, "the status is {status}, not 200"),
            Kind::Cut(error) => write!(f, "the answer is incomplete{}", shown::text(Chain(error))),
            Kind::TooLong => write!(f, "the answer is longer than {MAX_LENGTH} bytes"),
        }
    }
}

/// Writes an error with its causes. The error's own text, which comes from reqwest, says only that something failed.
struct Chain<'a>(&'a reqwest::Error);

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut next = Some(self.0 as &dyn Error);
        while let Some(error) = next {
            write!(f, ": {error}")?;
            next = error.source();
        }
        Ok(())
    }
}
