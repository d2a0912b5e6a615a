//! The protocols for asking servers about tokens.

use bytes::Bytes;
use form_urlencoded::Serializer;
use http::{
    StatusCode,
    header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue},
};
use serde_json::{Map, Value};

use super::{
    super::jwt::shared::{Reply, read_once},
    credentials::Credentials,
    github, google, rfc7662,
};

/// A protocol for asking a server about a token.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Dialect {
    Rfc7662,
    GitHub,
    Google,
}

/// The request to the server.
pub(super) struct Question {
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// The content of an answer.
#[derive(Debug, PartialEq)]
pub(super) enum Reading {
    /// The claims of an active token, named as in RFC 7662.
    Active(Map<String, Value>),
    Inactive,
    /// A signed answer that has not been verified.
    Signed(String),
}

impl Dialect {
    /// Returns the fixed endpoint of the protocol, if there is one.
    pub(super) fn endpoint(self, credentials: &Credentials) -> Option<String> {
        match self {
            Self::Rfc7662 => None,
            Self::GitHub => Some(github::endpoint(credentials.client_id().unwrap_or_default())),
            Self::Google => Some(google::ENDPOINT.to_owned()),
        }
    }

    /// Builds the request that asks about a token.
    pub(super) fn question(
        self,
        token: &str,
        credentials: &Credentials,
        issuer: &str,
        now: f64,
    ) -> Result<Question, String> {
        if self == Self::GitHub {
            return github::question(token, credentials);
        }
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        let mut form = Serializer::new(String::new());
        if self == Self::Google {
            headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
            google::fill(&mut form, token);
        } else {
            headers.insert(ACCEPT, HeaderValue::from_static(rfc7662::ACCEPT));
            rfc7662::fill(&mut form, token);
            credentials.attach(&mut headers, &mut form, issuer, now)?;
        }
        Ok(Question { headers, body: form.finish().into() })
    }

    /// Parses a reply. Fails if the reply is not an answer about a token.
    pub(super) fn read(self, reply: &Reply, credentials: &Credentials) -> Result<Reading, String> {
        match self {
            Self::Rfc7662 => rfc7662::read(reply),
            Self::GitHub => github::read(reply, credentials.client_id().unwrap_or_default()),
            Self::Google => google::read(reply),
        }
    }
}

/// Tells whether the content type is `expected`. Parameters such as `charset` are ignored.
pub(super) fn is_of_type(reply: &Reply, expected: &str) -> bool {
    let content_type =
        reply.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default();
    essence.trim().eq_ignore_ascii_case(expected)
}

/// Parses a body that must be a JSON object without repeated members. Drops members that are `null`, because a `null`
/// says that the server has no value for the member.
pub(super) fn object(reply: &Reply) -> Result<Map<String, Value>, String> {
    if !is_of_type(reply, "application/json") {
        let content_type = reply.headers.get(CONTENT_TYPE).map_or("", |value| value.to_str().unwrap_or("?"));
        let shown = crate::shown::text(content_type);
        return Err(format!("the content is of type `{shown}`, not `application/json`"));
    }
    // The message of serde is not used, because it can quote the answer, and the answer can contain the token.
    let members = read_once(&reply.body);
    let mut members = members.map_err(|_| "the answer is not a JSON object, or repeats a member")?;
    members.retain(|_, value| !value.is_null());
    Ok(members)
}

/// Describes an unexpected status.
pub(super) fn unexpected(status: StatusCode) -> String {
    match status.as_u16() {
        400 | 401 | 403 => format!(
            "the status is {status}: the server refuses how this program asks, or its credentials; check the client id, the secret, and the way to send it (`Introspection::secret_in_body`)"
        ),
        300..400 => format!(
            "the status is {status}, and scopegate follows no redirects; set the final address with `Introspection::endpoint`"
        ),
        _ => format!("the status is {status}, not 200"),
    }
}
