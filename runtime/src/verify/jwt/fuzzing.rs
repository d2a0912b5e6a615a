//! What the fuzz targets reach only in the presence of `cfg(fuzzing)`: documents that else come over the network.

use serde_json::Value;

use super::{JwtVerifier, address::KeyHosts, issuer_metadata, key_source::KeySource, keys::KeySet};

/// Makes a verifier whose one issuer has just published `set`; `None` where that is not a JWK set.
pub fn verifier(issuer: &str, audience: &str, set: &Value) -> Option<JwtVerifier> {
    let mut verifier = JwtVerifier::new([issuer], audience);
    verifier.issuers.first_mut()?.keys = KeySource::loaded(KeySet::parse(set.to_string().as_bytes()).ok()?);
    Some(verifier)
}

/// Lists the addresses of an issuer's metadata.
///
/// # Errors
///
/// When the text is no issuer.
pub fn metadata_urls(issuer: &str) -> Result<Vec<String>, String> {
    Ok(issuer_metadata::well_known_urls(issuer)?.into_iter().map(String::from).collect())
}

/// Reads the address of the keys in an issuer's metadata.
///
/// # Errors
///
/// When the metadata is not this issuer's, or the address is not one from which keys may come.
pub fn key_set_url(metadata: &Value, issuer: &str) -> Result<String, String> {
    let metadata = metadata.to_string();
    issuer_metadata::key_set_in(metadata.as_bytes(), issuer, &KeyHosts::default()).map(String::from)
}
