//! The answers at the well-known paths. Scripts from any origin may read these answers, because the answers contain no
//! secret, and the requests need no credential.

use axum::{
    body::Body,
    extract::Request,
    response::{IntoResponse, Response},
};
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, StatusCode,
    header::{
        ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ALLOW,
        CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, ETAG, IF_NONE_MATCH,
    },
};

use super::discovery::{Document, Text};

const FOR_EVERYBODY: (HeaderName, HeaderValue) = (ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
const JSON: (HeaderName, HeaderValue) = (CONTENT_TYPE, HeaderValue::from_static("application/json"));
const METHODS: (HeaderName, HeaderValue) = (ALLOW, HeaderValue::from_static("GET, HEAD, OPTIONS"));
const NOT_STORED: (HeaderName, HeaderValue) = (CACHE_CONTROL, HeaderValue::from_static("no-store"));

/// Answers with the text of a document. The query of the request does not matter.
pub(super) fn document(document: &Document, text: &Text, request: &Request) -> Response {
    match *request.method() {
        Method::GET | Method::HEAD => {
            let headers =
                [FOR_EVERYBODY, (CACHE_CONTROL, document.cache_control.clone()), (ETAG, text.etag.clone())];
            if is_known(&text.etag, request.headers()) {
                // This is the length of the document, not of the empty body (RFC 9110, section 8.6).
                let length = [(CONTENT_LENGTH, HeaderValue::from(text.bytes.len()))];
                return (StatusCode::NOT_MODIFIED, length, headers).into_response();
            }
            ([JSON], headers, Body::from(text.bytes.clone())).into_response()
        }
        Method::OPTIONS => preflight(),
        _ => {
            let text = r#"{"error":"method_not_allowed","error_description":"The metadata of a resource can only be read"}"#;
            (StatusCode::METHOD_NOT_ALLOWED, [FOR_EVERYBODY, JSON, METHODS, NOT_STORED], text).into_response()
        }
    }
}

/// Answers 404 with a JSON body at a path that has no document. Clients try several paths, and some clients parse every
/// body as JSON. If these clients get a 404 with JSON, they conclude that the server has no OAuth, and use their static
/// key. If they get an empty body or an HTML page, they fail with `Unexpected token`.
pub(super) fn not_found(request: &Request) -> Response {
    if request.method() == Method::OPTIONS {
        return preflight();
    }
    let text = r#"{"error":"not_found","error_description":"There is no OAuth metadata here"}"#;
    // Without `METHODS`, axum would add an empty `Allow` header.
    (StatusCode::NOT_FOUND, [FOR_EVERYBODY, JSON, METHODS, NOT_STORED], text).into_response()
}

/// Answers a preflight. In `Access-Control-Allow-Headers`, `*` covers every header except `Authorization` ([Fetch,
/// section 3.3.3]), so `Authorization` is also listed. `MCP-Protocol-Version` is listed for old browsers, which do not
/// know `*`.
///
/// [Fetch, section 3.3.3]: https://fetch.spec.whatwg.org/#http-responses
fn preflight() -> Response {
    let headers = [
        FOR_EVERYBODY,
        METHODS,
        (ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, HEAD")),
        (ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("mcp-protocol-version, authorization, *")),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

/// Tells whether the client already has the document. `ETag`s are compared weakly ([RFC 9110, section
/// 13.1.2](https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2)).
fn is_known(etag: &HeaderValue, headers: &HeaderMap) -> bool {
    let lines = headers.get_all(IF_NONE_MATCH).iter();
    let mut tags = lines.flat_map(|line| line.as_bytes().split(|&byte| byte == b',')).map(<[u8]>::trim_ascii);
    tags.any(|tag| tag == b"*" || tag.strip_prefix(b"W/").unwrap_or(tag) == etag.as_bytes())
}
