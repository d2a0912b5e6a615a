//! What the fuzz targets reach only in the presence of `cfg(fuzzing)`: documents that else come over the network.

use serde_json::Value;

use super::{Transport, issuer_metadata};
use crate::Issuer;

/// Lists the addresses of an issuer's metadata.
///
/// # Errors
///
/// When the text is no issuer.
pub fn metadata_urls(issuer: &str) -> Result<Vec<String>, String> {
    let urls = issuer_metadata::well_known_urls(issuer, &Transport::default())?;
    Ok(urls.into_iter().map(String::from).collect())
}

/// Reads the address of the keys in an issuer's metadata.
///
/// # Errors
///
/// When the metadata is not this issuer's, or the address is not one from which keys may come.
pub fn key_set_url(metadata: &Value, issuer: &str) -> Result<String, String> {
    let metadata = issuer_metadata::read(metadata.to_string().as_bytes(), issuer);
    let metadata = metadata.map_err(|error| error.to_string())?;
    issuer_metadata::key_set_in(metadata, &Issuer::new(issuer).places).map(String::from)
}
