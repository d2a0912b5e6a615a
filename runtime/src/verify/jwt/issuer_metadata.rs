//! Finds where an issuer's keys are, from its metadata.

use reqwest::Url;
use serde::Deserialize;

use super::{
    address::{KeyHosts, trusted_url},
    fetch,
    object::Object,
};
use crate::shown;

/// Finds the URL of the JWK set of `issuer`, in the authorization server metadata ([RFC 8414, section 3]) or in that of
/// OIDC Discovery, at the first of their well-known addresses that has it.
///
/// [RFC 8414, section 3]: https://www.rfc-editor.org/rfc/rfc8414#section-3
pub(super) async fn key_set_url(issuer: &str, hosts: &KeyHosts) -> Result<Url, String> {
    find(issuer, |metadata| key_set_in(metadata, issuer, hosts)).await
}

/// Finds the introspection endpoint of `issuer` in the same metadata. It gets tokens and the credentials of this program, so
/// that it is on the issuer's own origin, if the program does not give it.
#[cfg(feature = "introspection")]
pub(in crate::verify) async fn introspection_endpoint(issuer: &str) -> Result<Url, String> {
    find(issuer, |metadata| introspection_endpoint_in(metadata, issuer)).await
}

/// Reads something in the metadata of `issuer`, at the first of its well-known addresses that has it.
async fn find(issuer: &str, read: impl Fn(&[u8]) -> Result<Url, String>) -> Result<Url, String> {
    let mut reasons = Vec::new();
    for url in well_known_urls(issuer)? {
        let found = match fetch::document(&url).await {
            Ok(metadata) => {
                read(&metadata).map_err(|reason| format!("{}: {reason}", shown::url(url.as_str())))
            }
            // All addresses are at one host, so that the others would not be reached either.
            Err(error) if error.is_unreachable() => return Err(error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        match found {
            Ok(found) => return Ok(found),
            Err(reason) => reasons.push(reason),
        }
    }
    Err(reasons.join("; "))
}

/// The members of the metadata that matter ([RFC 8414, section 2](https://www.rfc-editor.org/rfc/rfc8414#section-2)).
#[derive(Deserialize)]
struct Metadata {
    issuer: String,
    jwks_uri: Option<String>,
    #[cfg(feature = "introspection")]
    introspection_endpoint: Option<String>,
}

/// Reads metadata that must be the issuer's own: identical, code point by code point
/// ([RFC 8414, section 3.3](https://www.rfc-editor.org/rfc/rfc8414#section-3.3)).
fn read(metadata: &[u8], issuer: &str) -> Result<Metadata, String> {
    let metadata = serde_json::from_slice::<Object<Metadata>>(metadata);
    let Object(metadata) = metadata.map_err(|error| format!("not metadata: {}", shown::text(error)))?;
    if metadata.issuer != issuer {
        let (found, expected) = (shown::url(&metadata.issuer), shown::url(issuer));
        return Err(format!("the metadata is that of `{found}`, not of `{expected}`"));
    }
    Ok(metadata)
}

/// Reads where the keys of `issuer` are.
pub(super) fn key_set_in(metadata: &[u8], issuer: &str, hosts: &KeyHosts) -> Result<Url, String> {
    let url = read(metadata, issuer)?.jwks_uri.ok_or("the metadata has no `jwks_uri`")?;
    hosts.admit(&url, &trusted_url(issuer)?)
}

#[cfg(feature = "introspection")]
fn introspection_endpoint_in(metadata: &[u8], issuer: &str) -> Result<Url, String> {
    let url = read(metadata, issuer)?.introspection_endpoint;
    let url = url.ok_or(
        "the metadata has no `introspection_endpoint`; if the server has one, write `Introspection::endpoint`",
    )?;
    let endpoint = trusted_url(&url)?;
    if endpoint.origin() == trusted_url(issuer)?.origin() {
        return Ok(endpoint);
    }
    let shown = shown::url(&url);
    Err(format!(
        "its introspection endpoint is at `{shown}`, which is not its own origin; if the issuer documents that, write `.endpoint(\"{shown}\")`"
    ))
}

/// Lists the addresses of an issuer's metadata. RFC 8414 inserts its well-known part before the issuer's path; OIDC
/// Discovery appends its own, which some servers insert likewise.
pub(super) fn well_known_urls(issuer: &str) -> Result<Vec<Url>, String> {
    let base = trusted_url(issuer)?;
    if base.query().is_some() || base.fragment().is_some() {
        let shown = shown::url(issuer);
        return Err(format!("an issuer has no query and no fragment; leave out what follows `{shown}`"));
    }
    let path = base.path().trim_end_matches('/');
    let mut paths = vec![
        format!("/.well-known/oauth-authorization-server{path}"),
        format!("{path}/.well-known/openid-configuration"),
        format!("/.well-known/openid-configuration{path}"),
    ];
    paths.dedup();
    let at = |path: String| {
        let mut url = base.clone();
        url.set_path(&path);
        url
    };
    Ok(paths.into_iter().map(at).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(issuer: &str, expected: &[&str]) {
        let urls = well_known_urls(issuer).expect("the issuer is one");
        assert_eq!(urls.iter().map(Url::as_str).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn well_known_parts_are_inserted_and_appended() {
        let root = &[
            "https://h/.well-known/oauth-authorization-server",
            "https://h/.well-known/openid-configuration",
        ];
        check("https://h", root);
        check("https://h/", root);
        let tenant = &[
            "https://h:8443/.well-known/oauth-authorization-server/a%20b/c",
            "https://h:8443/a%20b/c/.well-known/openid-configuration",
            "https://h:8443/.well-known/openid-configuration/a%20b/c",
        ];
        check("https://h:8443/a%20b/c", tenant);
        check("https://h:8443/a%20b/c/", tenant);
    }

    #[test]
    fn an_issuer_is_a_plain_https_url() {
        for issuer in ["https://h?q", "https://h/#f", "http://h", "h", "", "ftp://h", "file:///etc"] {
            assert!(well_known_urls(issuer).is_err(), "{issuer}");
        }
    }
}
