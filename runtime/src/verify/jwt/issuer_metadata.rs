//! An issuer's metadata, which names the URLs of the issuer's keys and of its introspection endpoint.

use std::fmt;

use reqwest::Url;
use serde::Deserialize;

use super::{
    address::trusted_url,
    fetch::{self, FetchError},
    object::Object,
    transport::Transport,
};
use crate::{shown, verify::issuer::Places};

/// The members of the metadata that the gate uses ([RFC 8414, section
/// 2](https://www.rfc-editor.org/rfc/rfc8414#section-2)).
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Metadata {
    pub(crate) issuer: String,
    pub(crate) jwks_uri: Option<String>,
    #[cfg(feature = "introspection")]
    pub(crate) introspection_endpoint: Option<String>,
}

/// Fetches the metadata of an issuer from the URL that the program sets. If the program sets no URL, this function uses
/// the well-known addresses of [RFC 8414, section 3] and of OIDC Discovery. Calls `wanted` with each document until a
/// call succeeds, and returns the value of this call.
///
/// [RFC 8414, section 3]: https://www.rfc-editor.org/rfc/rfc8414#section-3
pub(crate) async fn find<T>(
    places: &Places,
    wanted: impl Fn(Metadata) -> Result<T, String>,
) -> Result<T, String> {
    let found = search(places, |_, metadata| wanted(metadata)).await;
    found.map_err(|missed| missed.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
}

/// Does the same as [`find`], but the error is a list of problems, not one text. `wanted` also receives the text of the
/// document.
pub(super) async fn search<T, E>(
    places: &Places,
    wanted: impl Fn(&[u8], Metadata) -> Result<T, E>,
) -> Result<T, Vec<Missed<E>>> {
    let urls = places.metadata_urls().map_err(|reason| vec![Missed::NoAddress(reason)])?;
    let mut missed = Vec::new();
    for at in urls {
        let document = match fetch::document(&at, places.transport()).await {
            Ok(document) => document,
            // All addresses are on one host, so the other addresses cannot be reached either.
            Err(error) if error.is_unreachable() => return Err(vec![Missed::NotFetched(error)]),
            Err(error) => {
                missed.push(Missed::NotFetched(error));
                continue;
            }
        };
        match read(&document, places.id()) {
            Ok(metadata) => match wanted(&document, metadata) {
                Ok(found) => return Ok(found),
                Err(why) => missed.push(Missed::Unwanted { at, why }),
            },
            Err(why) => missed.push(Missed::NotRead { at, why }),
        }
    }
    Err(missed)
}

/// Why the search for the metadata gave no result.
#[derive(Debug)]
pub(super) enum Missed<E> {
    /// The addresses of the metadata are not valid.
    NoAddress(String),
    NotFetched(FetchError),
    NotRead {
        at: Url,
        why: Unreadable,
    },
    Unwanted {
        at: Url,
        why: E,
    },
}

/// Why a document is not the metadata of an issuer.
#[derive(Debug)]
pub(super) enum Unreadable {
    NotMetadata { reason: String, is_html: bool },
    OfAnother { found: String, expected: String },
}

impl<E: fmt::Display> fmt::Display for Missed<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoAddress(reason) => f.write_str(reason),
            Self::NotFetched(error) => error.fmt(f),
            Self::NotRead { at, why } => write!(f, "{}: {why}", shown::url(at.as_str())),
            Self::Unwanted { at, why } => write!(f, "{}: {why}", shown::url(at.as_str())),
        }
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotMetadata { is_html: true, .. } => f.write_str("not metadata, but a page in HTML"),
            Self::NotMetadata { reason, .. } => write!(f, "not metadata: {}", shown::text(reason)),
            Self::OfAnother { found, expected } => {
                let (found, expected) = (shown::url(found), shown::url(expected));
                write!(f, "the metadata is that of `{found}`, not of `{expected}`")
            }
        }
    }
}

/// Finds the URL of an issuer's JWK set.
pub(super) async fn key_set_url(places: &Places) -> Result<Url, String> {
    find(places, |metadata| key_set_in(metadata, places)).await
}

pub(super) fn key_set_in(metadata: Metadata, places: &Places) -> Result<Url, String> {
    places.admit(&metadata.jwks_uri.ok_or("the metadata has no `jwks_uri`")?)
}

/// Parses the metadata of `issuer`. The metadata must name exactly this issuer ([RFC 8414, section
/// 3.3](https://www.rfc-editor.org/rfc/rfc8414#section-3.3)).
pub(super) fn read(document: &[u8], issuer: &str) -> Result<Metadata, Unreadable> {
    let Object(metadata) = serde_json::from_slice::<Object<Metadata>>(document)
        .map_err(|error| Unreadable::NotMetadata { reason: error.to_string(), is_html: is_html(document) })?;
    if metadata.issuer == issuer {
        return Ok(metadata);
    }
    Err(Unreadable::OfAnother { found: metadata.issuer, expected: issuer.to_owned() })
}

/// Tells whether a document looks like an HTML page.
pub(super) fn is_html(document: &[u8]) -> bool {
    document.trim_ascii_start().starts_with(b"<")
}

/// Lists the addresses of an issuer's metadata. RFC 8414 inserts `/.well-known/oauth-authorization-server` before the
/// issuer's path. OIDC Discovery appends `/.well-known/openid-configuration` to the path, but some servers insert this
/// text before the path.
pub(crate) fn well_known_urls(issuer: &str, transport: &Transport) -> Result<Vec<Url>, String> {
    let base = trusted_url(issuer, transport)?;
    if base.query().is_some() || base.fragment().is_some() {
        let shown = shown::url(issuer);
        return Err(format!("an issuer has no query and no fragment; remove the text after `{shown}`"));
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
