//! Functions for the fuzz targets. The functions exist only with `cfg(fuzzing)`. The functions call code that, in a
//! real program, gets its input over the network.

use serde_json::Value;

use super::{Transport, issuer_metadata};
use crate::Issuer;

/// Lists the addresses of an issuer's metadata.
///
/// # Errors
///
/// Fails if `issuer` cannot be the identifier of an issuer.
pub fn metadata_urls(issuer: &str) -> Result<Vec<String>, String> {
    let urls = issuer_metadata::well_known_urls(issuer, &Transport::default())?;
    Ok(urls.into_iter().map(String::from).collect())
}

/// Returns the address that an issuer's metadata gives for the keys.
///
/// # Errors
///
/// Fails if the metadata belongs to another issuer, or names an address from which the gate must not load keys.
pub fn key_set_url(metadata: &Value, issuer: &str) -> Result<String, String> {
    let metadata = issuer_metadata::read(metadata.to_string().as_bytes(), issuer);
    let metadata = metadata.map_err(|error| error.to_string())?;
    issuer_metadata::key_set_in(metadata, &Issuer::new(issuer).places).map(String::from)
}
