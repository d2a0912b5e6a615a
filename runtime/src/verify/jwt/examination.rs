//! Examines an issuer with the functions that a gate uses, and classifies the problem that they find.

use std::{fmt, mem::discriminant};

use reqwest::Url;
use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::value::RawValue;
use tokio::time;

use super::{
    address::trusted_url,
    fetch::FetchError,
    issuer_metadata::{self, Metadata, Missed, Unreadable, key_set_in},
    key_source::{LIMIT, NoKeySet, key_set_at, parse},
    keys::KeySet,
};
use crate::verify::issuer::{Issuer, Keys};

/// The result of an examination.
#[derive(Default)]
pub(crate) struct Examination {
    /// The part of the metadata that clients use, if the metadata could be read.
    pub(crate) offers: Option<Offers>,
    pub(crate) trouble: Option<Trouble>,
}

/// A problem with an issuer: the gate cannot use the issuer's keys, or clients cannot find the issuer's metadata.
#[derive(Debug)]
pub(crate) struct Trouble {
    pub(crate) sought: Sought,
    pub(crate) kind: Kind,
    /// The text of the problem, as a gate logs it.
    pub(crate) reason: String,
}

/// The document that the problem concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sought {
    Metadata,
    /// Metadata that only clients need. The gate does not need this metadata, because the program sets the address of
    /// the keys.
    MetadataForClients,
    Keys,
}

/// The kinds of problems, from the least specific to the most specific.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Unreachable,
    Status(u16),
    Cut,
    NotJson,
    Html,
    NoKeysUri,
    KeysElsewhere,
    OtherIssuer { found: String, expected: String },
    NoAddress,
    NoUsableKey,
    NoKeyOfAlgorithm,
}

/// The members of the metadata that matter to clients. A member of an unexpected type is ignored.
#[derive(Debug, Deserialize)]
pub(crate) struct Offers {
    /// This member is defined in [RFC 8414, section 2](https://www.rfc-editor.org/rfc/rfc8414#section-2). The members
    /// without a comment are defined in the same section.
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) scopes_supported: Option<Vec<String>>,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) registration_endpoint: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) code_challenge_methods_supported: Option<Vec<String>>,
    /// This member is defined in Client ID Metadata Documents, section 5.
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) client_id_metadata_document_supported: Option<bool>,
    /// This member is defined in [RFC 9728, section 4](https://www.rfc-editor.org/rfc/rfc9728#section-4).
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) protected_resources: Option<Vec<String>>,
    /// Whether the server accepts `resource` (RFC 8707). The name of this member is not registered, but some servers
    /// use it.
    #[serde(default, deserialize_with = "lenient")]
    resource_indicators_supported: Option<bool>,
    /// Has the same meaning as `resource_indicators_supported`. The name of this member is not registered either.
    #[serde(default, deserialize_with = "lenient")]
    resource_parameter_supported: Option<bool>,
}

impl Offers {
    /// Tells whether the metadata says that the server ignores `resource`. Most metadata says nothing about `resource`.
    pub(crate) fn denies_resource(&self) -> bool {
        [self.resource_indicators_supported, self.resource_parameter_supported].contains(&Some(false))
    }
}

fn lenient<'de, T: DeserializeOwned, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    let member = <&RawValue>::deserialize(deserializer)?;
    Ok(serde_json::from_str(member.get()).ok())
}

/// Fetches the metadata and the keys of an issuer, without any cache, and examines them.
pub(crate) async fn examine(issuer: &Issuer) -> Examination {
    time::timeout(LIMIT, look(issuer)).await.unwrap_or_else(|_| {
        let reason = format!("no answer within {LIMIT:?}");
        let trouble = Trouble { sought: Sought::Metadata, kind: Kind::Unreachable, reason };
        Examination { offers: None, trouble: Some(trouble) }
    })
}

async fn look(issuer: &Issuer) -> Examination {
    let places = &issuer.places;
    match places.keys() {
        None => {
            let wanted = |document: &[u8], metadata: Metadata| {
                let kind = if metadata.jwks_uri.is_some() { Kind::KeysElsewhere } else { Kind::NoKeysUri };
                let keys = key_set_in(metadata, places).map(|url| (offers_in(document), url));
                keys.map_err(|reason| NoKeys { kind, reason })
            };
            match issuer_metadata::search(places, wanted).await {
                Ok((offers, url)) => Examination { offers, trouble: look_at_keys(issuer, &url).await },
                Err(missed) => Examination { offers: None, trouble: most_telling(Sought::Metadata, &missed) },
            }
        }
        Some(Keys::At(url)) => {
            let keys = match trusted_url(url, places.transport()) {
                Ok(url) => look_at_keys(issuer, &url).await,
                Err(reason) => Some(Trouble { sought: Sought::Keys, kind: Kind::NoAddress, reason }),
            };
            // The name of a family is a pattern, so it gives no address of metadata.
            if issuer.names.is_family() {
                return Examination { offers: None, trouble: keys };
            }
            let read = |document: &[u8], _| Ok::<_, NoKeys>(offers_in(document));
            match issuer_metadata::search(places, read).await {
                Ok(offers) => Examination { offers, trouble: keys },
                Err(missed) => {
                    let metadata = most_telling(Sought::MetadataForClients, &missed);
                    Examination { offers: None, trouble: keys.or(metadata) }
                }
            }
        }
        Some(Keys::Given(set)) => {
            let trouble = match parse(set.as_bytes()) {
                Ok(keys) => unusable(issuer, &keys, "the key set"),
                Err(reason) => Some(Trouble { sought: Sought::Keys, kind: Kind::NotJson, reason }),
            };
            Examination { offers: None, trouble }
        }
    }
}

fn offers_in(document: &[u8]) -> Option<Offers> {
    serde_json::from_slice(document).ok()
}

async fn look_at_keys(issuer: &Issuer, url: &Url) -> Option<Trouble> {
    match key_set_at(url, issuer.places.transport()).await {
        Ok(keys) => unusable(issuer, &keys, url.as_str()),
        Err(missed) => most_telling(Sought::Keys, &[missed]),
    }
}

/// Returns a problem if the set has no usable key, or no key for an algorithm that the program accepts.
fn unusable(issuer: &Issuer, keys: &KeySet, at: &str) -> Option<Trouble> {
    let at = crate::shown::url(at);
    let trouble = |kind, reason| Some(Trouble { sought: Sought::Keys, kind, reason });
    if keys.is_empty() {
        let reason = format!("{at}: no key can be used: none is an RSA, EC or Ed25519 key for signatures");
        return trouble(Kind::NoUsableKey, reason);
    }
    let algorithms = keys.algorithms();
    if algorithms.iter().any(|algorithm| issuer.takes_algorithm(*algorithm)) {
        return None;
    }
    let has = algorithms.iter().map(|algorithm| algorithm.name()).collect::<Vec<_>>().join("`, `");
    trouble(
        Kind::NoKeyOfAlgorithm,
        format!("{at}: the keys are for `{has}`, but the program accepts none of these"),
    )
}

/// Why the metadata gives no usable URL for the keys.
struct NoKeys {
    kind: Kind,
    reason: String,
}

impl fmt::Display for NoKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

/// An error with a known kind.
trait OfKind: fmt::Display {
    fn kind(&self) -> Kind;
}

impl OfKind for NoKeys {
    fn kind(&self) -> Kind {
        self.kind.clone()
    }
}

impl OfKind for NoKeySet {
    fn kind(&self) -> Kind {
        if self.is_html { Kind::Html } else { Kind::NotJson }
    }
}

impl OfKind for FetchError {
    fn kind(&self) -> Kind {
        match self.status() {
            Some(status) => Kind::Status(status.as_u16()),
            None if self.is_unreachable() => Kind::Unreachable,
            None => Kind::Cut,
        }
    }
}

impl<E: OfKind> OfKind for Missed<E> {
    fn kind(&self) -> Kind {
        match self {
            Self::NoAddress(_) => Kind::NoAddress,
            Self::NotFetched(error) => error.kind(),
            Self::NotRead { why: Unreadable::NotMetadata { is_html: true, .. }, .. } => Kind::Html,
            Self::NotRead { why: Unreadable::NotMetadata { .. }, .. } => Kind::NotJson,
            Self::NotRead { why: Unreadable::OfAnother { found, expected }, .. } => {
                Kind::OtherIssuer { found: found.clone(), expected: expected.clone() }
            }
            Self::Unwanted { why, .. } => why.kind(),
        }
    }
}

/// Returns the most specific problem that was found at any of the addresses. If this problem is a status other than
/// 200, the reason names all addresses with this kind of problem.
fn most_telling<E: OfKind>(sought: Sought, missed: &[Missed<E>]) -> Option<Trouble> {
    let kind = missed.iter().map(OfKind::kind).max()?;
    let is_alike = |missed: &&Missed<E>| discriminant(&missed.kind()) == discriminant(&kind);
    let enough = if matches!(kind, Kind::Status(_)) { missed.len() } else { 1 };
    let reasons: Vec<_> = missed.iter().filter(is_alike).take(enough).map(ToString::to_string).collect();
    Some(Trouble { sought, kind, reason: reasons.join("; ") })
}
