//! The introspection endpoint of an authorization server, and the HTTP client for it.

use std::{sync::Mutex, time::Duration};

use reqwest::{Client, Url};
use tokio::{sync::Mutex as Turn, time::Instant};

use super::{
    super::jwt::shared::{Metadata, find},
    lock,
    outcome::Failure,
};
use crate::{
    shown,
    verify::{issuer::Places, jwt::trusted_url},
};

/// How long the endpoint from the metadata is used before the metadata is read again.
const RELY_ON_METADATA: Duration = Duration::from_secs(15 * 60);

/// How long an HTTP client is used before a new client is made. The new client reads the current root certificates.
const RELY_ON_CLIENT: Duration = Duration::from_secs(60 * 60);

/// The shortest time between a failed read of the metadata and the next read. Requests during this time get the error
/// of the failed read.
const FAILED_JUST_NOW: Duration = Duration::from_millis(500);

/// Finds the endpoint of an issuer: the endpoint that the program sets, or else the endpoint in the metadata.
pub(super) async fn find_endpoint(given: Option<&str>, places: &Places) -> Result<Url, String> {
    match given {
        Some(given) => trusted_url(given, places.transport()),
        None => find(places, |metadata| endpoint_in(metadata, places)).await,
    }
}

/// The authorization server of one issuer.
pub(super) struct Server {
    places: Places,
    /// The endpoint that the program sets, or the fixed endpoint of GitHub or Google. If this field is `None`, the
    /// endpoint comes from the metadata.
    given: Option<String>,
    found: Mutex<Option<(Url, Instant)>>,
    /// One request holds this lock while it reads the metadata. If the last read failed, the locked value is the time
    /// of the failure and the reason for it.
    reading: Turn<Option<(Instant, String)>>,
    client: Mutex<Option<(Client, Instant)>>,
}

impl Server {
    pub(super) fn new(places: &Places, given: Option<String>) -> Self {
        Self {
            places: places.clone(),
            given,
            found: Mutex::default(),
            reading: Turn::default(),
            client: Mutex::default(),
        }
    }

    /// Returns the given endpoint, or else the endpoint in the metadata. The metadata is read once for all waiting
    /// requests.
    pub(super) async fn endpoint(&self) -> Result<Url, Failure> {
        if let Some(given) = &self.given {
            return trusted_url(given, self.places.transport()).map_err(Failure::silent);
        }
        if let Some(url) = self.found() {
            return Ok(url);
        }
        let mut failed = self.reading.lock().await;
        if let Some(url) = self.found() {
            return Ok(url);
        }
        if let Some((_, reason)) = failed.as_ref().filter(|(at, _)| at.elapsed() < FAILED_JUST_NOW) {
            return Err(Failure::silent(reason.as_str()));
        }
        match find_endpoint(None, &self.places).await {
            Ok(url) => {
                *failed = None;
                *lock(&self.found) = Some((url.clone(), Instant::now()));
                Ok(url)
            }
            Err(reason) => {
                *failed = Some((Instant::now(), reason.clone()));
                Err(Failure::silent(reason))
            }
        }
    }

    fn found(&self) -> Option<Url> {
        let found = lock(&self.found);
        found.as_ref().filter(|(_, at)| at.elapsed() < RELY_ON_METADATA).map(|(url, _)| url.clone())
    }

    /// Discards the endpoint found in the metadata, so that the gate reads the metadata again before the next
    /// introspection request. This method is called after an answer that cannot be read.
    pub(super) fn forget(&self) {
        *lock(&self.found) = None;
    }

    /// Returns the HTTP client, which keeps connections between requests.
    pub(super) fn client(&self, endpoint: &Url) -> Result<Client, Failure> {
        let mut kept = lock(&self.client);
        if let Some((client, _)) = kept.as_ref().filter(|(_, at)| at.elapsed() < RELY_ON_CLIENT) {
            return Ok(client.clone());
        }
        let client = self
            .places
            .transport()
            .client_for(endpoint)
            .map_err(|error| Failure::silent(error.without_url().to_string()))?;
        *kept = Some((client.clone(), Instant::now()));
        Ok(client)
    }
}

/// Checks the endpoint in the metadata. The endpoint must be on the origin of the issuer or of the metadata, because
/// the endpoint receives tokens and the credentials of this program. Only the program can set an endpoint on another
/// origin.
fn endpoint_in(metadata: Metadata, places: &Places) -> Result<Url, String> {
    let url = metadata.introspection_endpoint.ok_or(
        "the metadata has no `introspection_endpoint`; if the server has one, write `Introspection::endpoint`",
    )?;
    let endpoint = trusted_url(&url, places.transport())?;
    if places.has_origin_of(&endpoint) {
        return Ok(endpoint);
    }
    let shown = shown::url(&url);
    Err(format!(
        "its introspection endpoint is at `{shown}`, which is not on the origin of the issuer or of its metadata; if the issuer documents this address, write `.endpoint(\"{shown}\")`"
    ))
}
