//! The keys of an issuer, which are loaded on demand and kept. All requests that wait for keys share one attempt to
//! load them.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use reqwest::Url;
use tokio::{runtime::Handle, sync::watch, time};

use super::{
    address::trusted_url,
    fetch,
    issuer_metadata::{self, Missed},
    keys::KeySet,
    state::{Advice, State},
    transport::Transport,
};
use crate::{
    VerifyError, shown,
    verify::issuer::{Keys, Places},
};

/// The keys of one issuer, which are loaded at the first use. Clones share the keys.
#[derive(Clone)]
pub(crate) struct KeySource(Arc<Shared>);

struct Shared {
    places: Places,
    /// The keys that the program sets; they never change.
    given: Option<Arc<KeySet>>,
    state: Mutex<State>,
}

/// An attempt to load keys. The channel closes when the attempt ends.
type Flight = watch::Receiver<()>;

impl KeySource {
    /// Makes the source of an issuer's keys. Nothing is fetched yet.
    pub(crate) fn of(places: &Places) -> Self {
        let given = match places.keys() {
            // A key set that cannot be parsed is reported at startup. Here it counts as an empty set.
            Some(Keys::Given(set)) => Some(Arc::new(parse(set.as_bytes()).unwrap_or_default())),
            Some(Keys::At(_)) | None => None,
        };
        Self(Arc::new(Shared { places: places.clone(), given, state: Mutex::default() }))
    }

    /// Returns the keys if they can be used without waiting.
    pub(crate) fn at_hand(&self) -> Option<Arc<KeySet>> {
        self.keys_or_flight().ok()
    }

    /// Returns the keys. If there are no keys, or if the known keys are too old, this method loads new keys first. If
    /// loading fails, this method returns the old keys, or an error if there are no old keys.
    pub(crate) async fn current(&self) -> Result<Arc<KeySet>, VerifyError> {
        let flight = match self.keys_or_flight() {
            Ok(keys) => return Ok(keys),
            Err(flight) => flight,
        };
        landing(flight).await;
        let state = self.0.lock();
        state.keys().ok_or_else(|| state.unavailable(time::Instant::now()))
    }

    /// Returns the keys if they can be used now. If keys must be loaded first, this method calls [`load`](Self::load),
    /// and returns its result wrapped in `Err`. The `Err` contains the attempt for which the caller can wait, or `None`
    /// if there is no attempt.
    fn keys_or_flight(&self) -> Result<Arc<KeySet>, Option<Flight>> {
        if let Some(given) = &self.0.given {
            return Ok(Arc::clone(given));
        }
        let mut state = self.0.lock();
        match state.advice(time::Instant::now()) {
            Advice::Use(keys) => Ok(keys),
            Advice::UseAndLoad(keys) => {
                self.load(&mut state);
                Ok(keys)
            }
            Advice::LoadFirst => Err(self.load(&mut state)),
        }
    }

    /// Returns keys that are newer than `known`. This method is for a token whose key is not in `known`, or whose
    /// signature does not match its key in `known`. If `known` is still new, the issuer is not asked, and the result is
    /// `None`.
    pub(crate) async fn newer_than(&self, known: &Arc<KeySet>) -> Result<Option<Arc<KeySet>>, VerifyError> {
        if self.0.given.is_some() {
            return Ok(None);
        }
        let flight = {
            let mut state = self.0.lock();
            if let Some(keys) = state.keys_after(known) {
                return Ok(Some(keys));
            }
            if state.is_recent(time::Instant::now()) {
                return Ok(None);
            }
            self.load(&mut state)
        };
        landing(flight).await;
        let state = self.0.lock();
        // If the issuer did not answer, it is unknown whether the key exists.
        state.keys_after(known).map(Some).ok_or_else(|| state.unavailable(time::Instant::now()))
    }

    /// Tells whether there are keys newer than `known`. The result is also `false` if newer keys cannot be loaded. If
    /// the result is `false`, a cached refusal based on `known` still applies.
    pub(crate) async fn has_newer_than(&self, known: &Arc<KeySet>) -> bool {
        self.newer_than(known).await.is_ok_and(|newer| newer.is_some())
    }

    /// Returns the rest of the pause in which tokens with an unknown key cause no reload of the keys.
    pub(crate) fn until_next(&self) -> Duration {
        self.0.lock().until_next(time::Instant::now())
    }

    /// Starts an attempt to load the keys, and returns this attempt, so that the caller can wait for it. If an attempt
    /// is already running, returns this attempt. During the pause after a failure, returns `None`. An attempt runs as
    /// its own task, so it continues even after the end of the request that started it.
    fn load(&self, state: &mut State) -> Option<Flight> {
        if let Some(flight) = state.flight.as_ref().filter(|flight| flight.has_changed().is_ok()) {
            return Some(flight.clone());
        }
        if !state.may_load(time::Instant::now()) {
            return None;
        }
        let (landed, flight) = watch::channel(());
        let shared = Arc::clone(&self.0);
        Handle::try_current().ok()?.spawn(async move {
            let asked = time::Instant::now();
            let outcome = shared.fetch().await;
            shared.settle(outcome, asked);
            drop(landed);
        });
        state.flight = Some(flight.clone());
        Some(flight)
    }
}

/// Waits until the attempt ends. The channel closes when the attempt ends.
async fn landing(flight: Option<Flight>) {
    if let Some(mut flight) = flight {
        while flight.changed().await.is_ok() {}
    }
}

impl Shared {
    /// Locks the state, even if the lock is poisoned. No code panics while it holds this lock. If a panic did happen,
    /// the state would still be consistent.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn settle(&self, outcome: Result<KeySet, String>, asked: time::Instant) {
        match outcome {
            Ok(keys) => {
                // Requests wait for this lock, so slow work is done without the lock. No other attempt is running, so
                // the known keys cannot change meanwhile.
                let known = self.lock().keys();
                let keys = match &known {
                    Some(older) => keys.keeping_known(older),
                    None => keys,
                };
                let keys = keys.asked_at(asked);
                self.lock().succeed(Arc::new(keys), time::Instant::now());
            }
            Err(reason) => {
                #[cfg(feature = "tracing")]
                tracing::warn!(
                    target: "scopegate",
                    reason = %shown::line(&reason),
                    source = %shown::url(self.places.id()),
                    "cannot load the keys of an issuer"
                );
                self.lock().fail(reason, time::Instant::now());
            }
        }
    }

    async fn fetch(&self) -> Result<KeySet, String> {
        let places = &self.places;
        let load = async {
            let url = match places.keys() {
                None => issuer_metadata::key_set_url(places).await?,
                Some(Keys::At(url)) => trusted_url(url, places.transport())?,
                // Keys that the program sets are never loaded.
                Some(Keys::Given(_)) => return Err("the program gave the keys itself".to_owned()),
            };
            key_set_at(&url, places.transport()).await.map_err(|missed| missed.to_string())
        };
        time::timeout(LIMIT, load).await.unwrap_or_else(|_| Err(format!("no answer within {LIMIT:?}")))
    }
}

/// The time limit for loading metadata and keys. `LIMIT` is also the longest time that a request waits for keys.
pub(super) const LIMIT: Duration = Duration::from_secs(10);

/// Fetches the key set at `url`.
pub(super) async fn key_set_at(url: &Url, transport: &Transport) -> Result<KeySet, Missed<NoKeySet>> {
    let document = fetch::document(url, transport).await.map_err(Missed::NotFetched)?;
    parse(&document).map_err(|reason| {
        let why = NoKeySet { reason, is_html: issuer_metadata::is_html(&document) };
        Missed::Unwanted { at: url.clone(), why }
    })
}

/// Why a document is not a key set.
#[derive(Debug)]
pub(super) struct NoKeySet {
    reason: String,
    pub(super) is_html: bool,
}

impl fmt::Display for NoKeySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_html { "not a JWK set, but an HTML page" } else { &self.reason })
    }
}

pub(super) fn parse(set: &[u8]) -> Result<KeySet, String> {
    if set.trim_ascii_start().starts_with(b"-----BEGIN") {
        return Err("not a JWK set, but PEM; write the key as a JSON Web Key (RFC 7517)".to_owned());
    }
    KeySet::parse(set).map_err(|reason| format!("not a JWK set: {}", shown::text(reason)))
}

/// Checks a key set that the program provides. The error says what is wrong with the key set.
pub(crate) fn check_key_set(set: &str) -> Result<(), String> {
    match parse(set.as_bytes()) {
        Ok(keys) if keys.is_empty() => Err("the key set has no usable key".to_owned()),
        Ok(_) => Ok(()),
        Err(reason) => Err(reason),
    }
}
