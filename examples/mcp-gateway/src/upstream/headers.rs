//! The headers that the gateway passes on: only those that MCP uses.
//!
//! The server does not receive the caller's token, cookies or connection headers. It also does not receive headers that it may trust
//! from its own proxies, such as `X-Forwarded-User`.

use axum::http::{
    HeaderMap, HeaderName,
    header::{
        ACCEPT, ACCEPT_LANGUAGE, ALLOW, CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_TYPE, RETRY_AFTER,
        USER_AGENT,
    },
};

/// The headers that are passed to the server, besides those of MCP.
const REQUEST: [HeaderName; 7] = [
    ACCEPT,
    ACCEPT_LANGUAGE,
    CONTENT_TYPE,
    USER_AGENT,
    HeaderName::from_static("last-event-id"),
    HeaderName::from_static("traceparent"),
    HeaderName::from_static("tracestate"),
];

/// The headers that are passed back, besides those of MCP. The server's challenges are not passed back, because they
/// would make clients log in elsewhere.
const ANSWER: [HeaderName; 6] = [
    ALLOW,
    CACHE_CONTROL,
    CONTENT_LANGUAGE,
    CONTENT_TYPE,
    RETRY_AFTER,
    HeaderName::from_static("x-accel-buffering"),
];

/// Returns the request headers for the server.
pub(super) fn passed_on(headers: &HeaderMap) -> HeaderMap {
    of(headers, &REQUEST)
}

/// Returns the answer headers for the caller.
pub(super) fn passed_back(headers: &HeaderMap) -> HeaderMap {
    of(headers, &ANSWER)
}

fn of(headers: &HeaderMap, names: &[HeaderName]) -> HeaderMap {
    let passes = |name: &HeaderName| names.contains(name) || name.as_str().starts_with("mcp-");
    let passing = headers.iter().filter(|(name, _)| passes(name));
    passing.map(|(name, value)| (name.clone(), value.clone())).collect()
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderName, HeaderValue};

    use super::{passed_back, passed_on};

    fn headers(names: &[&str]) -> HeaderMap {
        names
            .iter()
            .map(|name| (name.parse::<HeaderName>().unwrap(), HeaderValue::from_static("1")))
            .collect()
    }

    fn names(headers: &HeaderMap) -> Vec<&str> {
        headers.keys().map(HeaderName::as_str).collect()
    }

    #[test]
    fn what_mcp_has_a_use_for_passes() {
        let sent = ["accept", "mcp-session-id", "mcp-param-region", "last-event-id"];
        assert_eq!(names(&passed_on(&headers(&sent))), sent);
        let answered = ["content-type", "mcp-session-id", "retry-after", "x-accel-buffering"];
        assert_eq!(names(&passed_back(&headers(&answered))), answered);
    }

    #[test]
    fn credentials_connections_and_names_of_proxies_do_not() {
        let others = [
            "authorization",
            "proxy-authorization",
            "cookie",
            "set-cookie",
            "www-authenticate",
            "connection",
            "keep-alive",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "host",
            "origin",
            "forwarded",
            "x-forwarded-user",
            "x-forwarded-for",
            "content-length",
            "content-encoding",
            "location",
            "access-control-allow-origin",
            "sec-mcp-user",
        ];
        assert_eq!(names(&passed_on(&headers(&others))), Vec::<&str>::new());
        assert_eq!(names(&passed_back(&headers(&others))), Vec::<&str>::new());
    }
}
