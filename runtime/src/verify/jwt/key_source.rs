//! Where an issuer's keys come from: loaded when needed, kept, and loaded once for all who wait.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{runtime::Handle, sync::watch, time};

use super::{
    address::{KeyHosts, trusted_url},
    fetch, issuer_metadata,
    keys::KeySet,
    state::{Advice, State},
};
use crate::{VerifyError, shown};

/// The keys of one issuer, which are loaded at the first request for them. Clones share them.
#[derive(Clone)]
pub(in crate::verify) struct KeySource(Arc<Shared>);

struct Shared {
    location: Location,
    state: Mutex<State>,
}

enum Location {
    /// The metadata of this issuer names the key set, which is on its own origin or on one of these hosts.
    Issuer(String, KeyHosts),
    /// The key set is here.
    Keys(String),
}

impl KeySource {
    /// Makes the source for `issuer`, whose metadata says where its keys are.
    pub(in crate::verify) fn discovered(issuer: &str) -> Self {
        Self::new(Location::Issuer(issuer.to_owned(), KeyHosts::default()))
    }

    /// Makes the same source, which has nothing loaded, with these hosts for the keys that metadata names.
    pub(super) fn with_key_hosts(&self, hosts: &KeyHosts) -> Self {
        match &self.0.location {
            Location::Issuer(issuer, _) => Self::new(Location::Issuer(issuer.clone(), hosts.clone())),
            Location::Keys(_) => self.clone(),
        }
    }

    /// Makes the source for the key set at `url`.
    pub(super) fn at(url: String) -> Self {
        Self::new(Location::Keys(url))
    }

    /// Makes a source that has just loaded `keys`.
    #[cfg(fuzzing)]
    pub(super) fn loaded(keys: KeySet) -> Self {
        let source = Self::at(String::new());
        source.0.lock().succeed(Arc::new(keys), time::Instant::now());
        source
    }

    fn new(location: Location) -> Self {
        Self(Arc::new(Shared { location, state: Mutex::default() }))
    }

    /// Says why no key can ever be loaded, if that is so.
    pub(super) fn problem(&self) -> Option<String> {
        let reason = match &self.0.location {
            Location::Issuer(issuer, _) => issuer_metadata::well_known_urls(issuer).err(),
            Location::Keys(url) => trusted_url(url).err(),
        };
        reason.map(|reason| format!("the keys of an issuer can never be loaded: {reason}"))
    }

    /// Returns the keys, after loading them if there are none. Old keys are better than none.
    pub(super) async fn current(&self) -> Result<Arc<KeySet>, VerifyError> {
        let flight = {
            let mut state = self.0.lock();
            match state.advice(time::Instant::now()) {
                Advice::Use(keys) => return Ok(keys),
                Advice::UseAndLoad(keys) => {
                    self.load(&mut state);
                    return Ok(keys);
                }
                Advice::LoadFirst => self.load(&mut state),
            }
        };
        landing(flight).await;
        let state = self.0.lock();
        state.keys().ok_or_else(|| state.unavailable(time::Instant::now()))
    }

    /// Returns newer keys than `known`, for a token whose key is not among those, or `None` when `known` is so new that the
    /// issuer is not asked again.
    pub(super) async fn newer_than(&self, known: &Arc<KeySet>) -> Result<Option<Arc<KeySet>>, VerifyError> {
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
        // Without an answer of the issuer nobody can tell whether it has the key.
        state.keys_after(known).map(Some).ok_or_else(|| state.unavailable(time::Instant::now()))
    }

    /// Starts to load the keys and returns what to wait for: the attempt under way if there is one, and nothing during the
    /// pause after a failure. The attempt is a task of its own, so that it outlives the request that started it.
    fn load(&self, state: &mut State) -> Option<watch::Receiver<()>> {
        if let Some(flight) = state.flight.as_ref().filter(|flight| flight.has_changed().is_ok()) {
            return Some(flight.clone());
        }
        if !state.may_load(time::Instant::now()) {
            return None;
        }
        let (landed, flight) = watch::channel(());
        let shared = Arc::clone(&self.0);
        Handle::try_current().ok()?.spawn(async move {
            let outcome = shared.location.load().await;
            shared.settle(outcome);
            drop(landed);
        });
        state.flight = Some(flight.clone());
        Some(flight)
    }
}

/// Waits for the end of an attempt, which closes the channel.
async fn landing(flight: Option<watch::Receiver<()>>) {
    if let Some(mut flight) = flight {
        while flight.changed().await.is_ok() {}
    }
}

impl Shared {
    /// No code panics while it holds the lock; and if it did, the state would be whole at every point.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn settle(&self, outcome: Result<KeySet, String>) {
        match outcome {
            Ok(keys) => {
                // Whoever needs keys waits for the lock: what takes time is done outside of it. No other attempt is under
                // way, so that these are still the known keys afterwards.
                let known = self.lock().keys();
                let keys = match &known {
                    Some(older) => keys.keeping_known(older),
                    None => keys,
                };
                self.lock().succeed(Arc::new(keys), time::Instant::now());
            }
            Err(reason) => {
                #[cfg(feature = "tracing")]
                tracing::warn!(
                    target: "scopegate",
                    reason = %shown::line(&reason),
                    source = %shown::url(self.location.text()),
                    "cannot load the keys of an issuer"
                );
                self.lock().fail(reason, time::Instant::now());
            }
        }
    }
}

impl Location {
    async fn load(&self) -> Result<KeySet, String> {
        /// For metadata and keys together: so long may a request wait.
        const LIMIT: Duration = Duration::from_secs(10);
        let load = async {
            let url = match self {
                Self::Issuer(issuer, hosts) => issuer_metadata::key_set_url(issuer, hosts).await?,
                Self::Keys(url) => trusted_url(url)?,
            };
            let set = fetch::document(&url).await.map_err(|error| error.to_string())?;
            let url = shown::url(url.as_str());
            KeySet::parse(&set).map_err(|reason| format!("{url}: not a JWK set: {}", shown::text(reason)))
        };
        time::timeout(LIMIT, load).await.unwrap_or_else(|_| Err(format!("no answer within {LIMIT:?}")))
    }

    #[cfg(feature = "tracing")]
    fn text(&self) -> &str {
        match self {
            Self::Issuer(text, _) | Self::Keys(text) => text,
        }
    }
}
