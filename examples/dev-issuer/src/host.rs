//! A defence against DNS rebinding.

use axum::extract::Request;
use axum::http::header::HOST;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use url::Url;

/// Refuses a request whose `Host` is not a loopback name.
///
/// A web page can point its own domain name at 127.0.0.1, read the consent page as its own origin, and approve it
/// for the user. `Host` still contains that domain name.
pub(crate) async fn loopback_only(request: Request, next: Next) -> Response {
    if !names_loopback(request.headers()) {
        return (StatusCode::MISDIRECTED_REQUEST, "this server answers to a loopback host only\n")
            .into_response();
    }
    next.run(request).await
}

fn names_loopback(headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else { return false };
    host.to_str().is_ok_and(is_loopback_authority)
}

/// Tells whether `host [ ":" port ]` is a loopback address. The parser of `http::uri` would read `[::1]evil.com` as `[::1]`.
fn is_loopback_authority(text: &str) -> bool {
    // None of these characters ends the authority of a URL, and the URL parser drops none of them.
    let is_plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte));
    is_plain
        && Url::parse(&format!("http://{text}/"))
            .is_ok_and(|url| url.host_str().is_some_and(is_loopback_host))
}

/// Tells whether `host`, in its URL form, is a loopback address.
pub(crate) fn is_loopback_host(host: &str) -> bool {
    let address = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
    host.eq_ignore_ascii_case("localhost")
        || address.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
}
