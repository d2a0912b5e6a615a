//! Compares the URL in a proof with the URL of the request.

use std::fmt::Write as _;

use crate::resource::{Origin, Resource};

/// Tells whether `htu` is the URL of a request for `resource`. `path` is the path with which this request arrived.
///
/// The query and the fragment of `htu` are ignored ([RFC 9449, section 4.3]). The comparison follows [RFC 3986,
/// sections 6.2.2 and 6.2.3]. These differences do not count: the case of the scheme and the host, the spelling of an
/// IPv6 address, a default port, the percent-encoding of unreserved characters, and the case of the hexadecimal digits
/// in other percent-encodings. An empty path equals `/`. A URL with a segment `.` or `..` is rejected, because clients
/// resolve these segments before they send a request.
///
/// [RFC 9449, section 4.3]: https://www.rfc-editor.org/rfc/rfc9449#section-4.3
/// [RFC 3986, sections 6.2.2 and 6.2.3]: https://www.rfc-editor.org/rfc/rfc3986#section-6.2.2
pub(super) fn is_of(htu: &str, resource: &Resource, path: &str) -> bool {
    let Some((origin, own)) = split(htu) else { return false };
    Origin::is_same(origin, resource.origin())
        && normal(own)
            .is_some_and(|own| expected_path(resource, path).is_some_and(|expected| own == expected))
}

/// Returns the URL that a proof must name. The log shows this URL.
pub(super) fn expected(resource: &Resource, path: &str) -> String {
    format!("{}{}", resource.origin(), expected_path(resource, path).unwrap_or_default())
}

/// Returns the path of the request's public URL. A proxy in front of the program may have removed the resource's path
/// from the beginning of the request's path. The function assumes this if the request's path is not at or below the
/// resource's path. It then puts the resource's path before the request's path.
fn expected_path(resource: &Resource, path: &str) -> Option<String> {
    let (whole, path) = (normal(resource.path())?, normal(path)?);
    let base = whole.strip_suffix('/').unwrap_or(&whole);
    let is_under = path.strip_prefix(base).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    match path.as_str() {
        _ if is_under => Some(path),
        // The proxy removed the whole path, so return the resource's path, without an additional slash.
        "/" => Some(whole),
        _ => Some(format!("{base}{path}")),
    }
}

/// Splits a URL into its origin (scheme and authority) and its path, and drops the query and the fragment.
fn split(url: &str) -> Option<(&str, &str)> {
    let url = url.split(['?', '#']).next()?;
    let authority = url.find("://")? + "://".len();
    let end = url[authority..].find('/').map_or(url.len(), |slash| authority + slash);
    Some(url.split_at(end))
}

/// Normalizes a path for comparison. Returns `None` for a path with dot segments.
fn normal(path: &str) -> Option<String> {
    let mut normal = String::with_capacity(path.len());
    let mut rest = path;
    while let Some((plain, encoded)) = rest.split_once('%') {
        normal.push_str(plain);
        rest = match encoded.split_at_checked(2).and_then(|(digits, rest)| Some((byte_of(digits)?, rest))) {
            Some((byte, rest)) if is_unreserved(byte) => {
                normal.push(char::from(byte));
                rest
            }
            Some((byte, rest)) => {
                let _ = write!(normal, "%{byte:02X}");
                rest
            }
            None => {
                normal.push('%');
                encoded
            }
        };
    }
    normal.push_str(rest);
    if normal.is_empty() {
        normal.push('/');
    }
    let has_dots = normal.split('/').any(|segment| matches!(segment, "." | ".."));
    (!has_dots).then_some(normal)
}

fn byte_of(digits: &str) -> Option<u8> {
    let is_hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    is_hex.then(|| u8::from_str_radix(digits, 16).ok()).flatten()
}

/// `unreserved = ALPHA / DIGIT / "-" / "." / "_" / "~"` ([RFC 3986, section 2.3](https://www.rfc-editor.org/rfc/rfc3986#section-2.3)).
const fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(resource: &str, path: &str, htu: &str, expected: bool) {
        let resource = Resource::new(resource).unwrap();
        assert_eq!(is_of(htu, &resource, path), expected, "{htu} for {path}");
    }

    #[test]
    fn what_is_the_same_by_rfc_3986_is_the_same() {
        let check = |path: &str, htu: &str, expected| check("https://h.example", path, htu, expected);
        check("/files", "https://h.example/files", true);
        check("/files", "HTTPS://H.Example:443/files", true);
        check("/files", "https://h.example/files?a=b", true);
        check("/files", "https://h.example/files#a", true);
        check("/files", "https://h.example/files?a=/x#/y", true);
        check("/", "https://h.example", true);
        check("/", "https://h.example?a", true);
        check("/a%2fb~", "https://h.example/a%2Fb%7E", true);
        check("/%61", "https://h.example/a", true);
        check("/%C3%A9", "https://h.example/%c3%a9", true);
        check("//x", "https://h.example//x", true);
    }

    #[test]
    fn everything_else_is_another_url() {
        let check = |path: &str, htu: &str| check("https://h.example", path, htu, false);
        for htu in [
            "",
            "/files",
            "h.example/files",
            "//h.example/files",
            "http://h.example/files",
            "https://h.example:8443/files",
            "https://h.example:/files",
            "https://user@h.example/files",
            "https://h.example./files",
            "https://evil.example/files",
            "https://h.example.evil.example/files",
            "https://evil.example?https://h.example/files",
            "https://h.example/files/",
            "https://h.example/Files",
            "https://h.example/file",
            "https://h.example/files/1",
            "https://h.example/./files",
            "https://h.example/x/../files",
            "https://h.example/x/%2E%2e/files",
            "https://h.example//files",
            " https://h.example/files",
            "https://h.example/files ",
            "https://h.example\\files",
            "https:///files",
            "null",
        ] {
            check("/files", htu);
        }
        check("/a/b", "https://h.example/a%2Fb");
        check("/a%2Fb", "https://h.example/a/b");
        check("/x/../files", "https://h.example/x/../files");
        check("/x/../files", "https://h.example/files");
        check("/%zz", "https://h.example/%ZZ");
        check("*", "https://h.example/");
    }

    #[test]
    fn a_path_that_a_proxy_took_off_is_put_before() {
        let check = |path: &str, htu: &str, expected| check("https://h.example/api/v1", path, htu, expected);
        check("/api/v1/files", "https://h.example/api/v1/files", true);
        check("/api/v1", "https://h.example/api/v1", true);
        check("/files", "https://h.example/api/v1/files", true);
        check("/files", "https://h.example/files", false);
        check("/api/v1/files", "https://h.example/files", false);
        check("/api/v10/files", "https://h.example/api/v10/files", false);
        check("/api/v10/files", "https://h.example/api/v1/api/v10/files", true);
        check("/api/v1/files", "https://h.example/api/v1/api/v1/files", false);
        check("/", "https://h.example/api/v1", true);
        check("/", "https://h.example/api/v1/", false);
    }

    #[test]
    fn the_slash_at_the_end_of_a_resource_is_no_segment() {
        let check = |path: &str, htu: &str, expected| check("https://h.example/mcp/", path, htu, expected);
        check("/mcp/", "https://h.example/mcp/", true);
        check("/mcp", "https://h.example/mcp", true);
        check("/mcp/a", "https://h.example/mcp/a", true);
        check("/a", "https://h.example/mcp/a", true);
        check("/", "https://h.example/mcp/", true);
    }
}
