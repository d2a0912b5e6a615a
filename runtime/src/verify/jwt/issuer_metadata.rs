//! An issuer's metadata: where its keys are, and what else it offers.

use reqwest::Url;
use serde::Deserialize;

use super::{address::trusted_url, fetch, object::Object, transport::Transport};
use crate::{shown, verify::issuer::Places};

/// The members of the metadata that matter ([RFC 8414, section 2](https://www.rfc-editor.org/rfc/rfc8414#section-2)).
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Metadata {
    pub(crate) issuer: String,
    pub(crate) jwks_uri: Option<String>,
    #[cfg(feature = "introspection")]
    pub(crate) introspection_endpoint: Option<String>,
}

/// Fetches the metadata of an issuer, from the authorization server metadata ([RFC 8414, section 3]) or from that of
/// OIDC Discovery, at the first of their well-known addresses where it has what is `wanted`.
///
/// [RFC 8414, section 3]: https://www.rfc-editor.org/rfc/rfc8414#section-3
pub(crate) async fn find<T>(
    places: &Places,
    wanted: impl Fn(Metadata) -> Result<T, String>,
) -> Result<T, String> {
    let mut reasons = Vec::new();
    for url in places.metadata_urls()? {
        let found = match fetch::document(&url, places.transport()).await {
            Ok(metadata) => read(&metadata, places.id())
                .and_then(&wanted)
                .map_err(|reason| format!("{}: {reason}", shown::url(url.as_str()))),
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

/// Finds the URL of the JWK set of an issuer.
pub(super) async fn key_set_url(places: &Places) -> Result<Url, String> {
    find(places, |metadata| key_set_in(metadata, places)).await
}

pub(super) fn key_set_in(metadata: Metadata, places: &Places) -> Result<Url, String> {
    places.admit(&metadata.jwks_uri.ok_or("the metadata has no `jwks_uri`")?)
}

/// Reads metadata that must be the issuer's own: identical, code point by code point
/// ([RFC 8414, section 3.3](https://www.rfc-editor.org/rfc/rfc8414#section-3.3)).
pub(super) fn read(metadata: &[u8], issuer: &str) -> Result<Metadata, String> {
    let metadata = serde_json::from_slice::<Object<Metadata>>(metadata);
    let Object(metadata) = metadata.map_err(|error| format!("not metadata: {}", shown::text(error)))?;
    if metadata.issuer != issuer {
        let (found, expected) = (shown::url(&metadata.issuer), shown::url(issuer));
        return Err(format!("the metadata is that of `{found}`, not of `{expected}`"));
    }
    Ok(metadata)
}

/// Lists the addresses of an issuer's metadata. RFC 8414 inserts its well-known part before the issuer's path; OIDC
/// Discovery appends its own, which some servers insert likewise.
pub(crate) fn well_known_urls(issuer: &str, transport: &Transport) -> Result<Vec<Url>, String> {
    let base = trusted_url(issuer, transport)?;
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
        let urls = well_known_urls(issuer, &Transport::default()).expect("the issuer is one");
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
            assert!(well_known_urls(issuer, &Transport::default()).is_err(), "{issuer}");
        }
    }
}
