//! Remembers how tokens were judged, for a while and within bounds.

use std::{
    sync::{Arc, Mutex, Weak},
    time::Duration,
};

use quick_cache::{Weighter, sync::Cache as Bounded};
use tokio::time::Instant;

use super::{
    fault::Fault,
    key_source::KeySource,
    keys::{Key, KeySet},
    lookup::{Kept, Lookup},
    validity::Validity,
    weight,
};
use crate::{Resource, Token};

/// How long a good token is taken for good without another look at its signature.
const REMEMBER_GOOD: Duration = Duration::from_secs(5 * 60);

/// How many refused tokens are remembered, whatever the size of the cache, and fewer if they are long. They have a place of their own,
/// so that a flood of them pushes no good one out.
const MOST_REFUSED: usize = 1024;

/// A shorter token counts as much.
const USUAL_LENGTH: usize = 1024;

/// How often what is over is thrown out, if it is not asked for before.
const SWEEP_AFTER: Duration = Duration::from_secs(60);

/// How tokens were judged.
pub(super) struct Cache {
    good: Bounded<Kept, Arc<Good>, ByWeight>,
    refused: Bounded<Kept, Refused, ByLength>,
    swept: Mutex<Instant>,
}

/// A token with good signature and claims. Whether its time is over, is asked each time.
pub(super) struct Good {
    pub(super) token: Token,
    pub(super) validity: Validity,
    /// How far its issuer's clock may be off.
    pub(super) leeway: Duration,
    /// Where the keys of its issuer come from.
    pub(super) source: KeySource,
    pub(super) since: Instant,
    /// The identifier of the resource that it was judged for.
    resource: Option<Box<str>>,
    key: Arc<Key>,
    weight: usize,
}

impl Good {
    /// Notes that `key`, which came from `key_source`, made the signature.
    pub(super) fn new(
        token: Token,
        validity: Validity,
        leeway: Duration,
        source: &KeySource,
        key: Arc<Key>,
        resource: Option<&Resource>,
    ) -> Self {
        let resource = identifier_of(resource);
        let weight = weight::of(&token) + resource.as_ref().map_or(0, |id| id.len());
        Self { token, validity, leeway, source: source.clone(), since: Instant::now(), resource, key, weight }
    }

    /// Tells whether it was judged for this resource. Another may be no audience of it.
    pub(super) fn is_for(&self, resource: Option<&Resource>) -> bool {
        self.resource.as_deref() == resource.map(Resource::identifier)
    }

    /// Tells whether the token need not be judged anew: it was not long ago, and its issuer still publishes the key.
    pub(super) fn counts(&self, keys: &KeySet) -> bool {
        self.since.elapsed() < REMEMBER_GOOD && keys.has(&self.key)
    }
}

fn identifier_of(resource: Option<&Resource>) -> Option<Box<str>> {
    resource.map(|resource| resource.identifier().into())
}

/// A token that was refused.
#[derive(Clone)]
pub(super) struct Refused {
    /// When it came for the first time. What its issuer publishes later may be its key.
    pub(super) arrived: Instant,
    /// What is wrong with it; nothing while its key may still be published.
    pub(super) bad: Option<Arc<Bad>>,
}

/// A token that is bad at any time, by the keys that were known when it was judged.
pub(crate) struct Bad {
    pub(super) fault: Fault,
    /// Where the keys of its issuer come from.
    pub(super) source: KeySource,
    /// The identifier of the resource that it was judged for.
    resource: Option<Box<str>>,
    /// Whether newer keys, if there are any, may make it good.
    pub(super) wants_newer_keys: bool,
    /// Weak, so that old keys are not kept for it.
    keys: Weak<KeySet>,
}

impl Bad {
    /// Notes what is wrong by `keys`, which came from `key_source`.
    pub(super) fn new(
        fault: Fault,
        source: &KeySource,
        keys: &Arc<KeySet>,
        resource: Option<&Resource>,
    ) -> Self {
        Self {
            fault,
            source: source.clone(),
            resource: identifier_of(resource),
            wants_newer_keys: false,
            keys: Arc::downgrade(keys),
        }
    }

    /// Tells whether it was judged for this resource. It may be good for another.
    pub(super) fn is_for(&self, resource: Option<&Resource>) -> bool {
        self.resource.as_deref() == resource.map(Resource::identifier)
    }

    /// Notes that none of the keys made its signature.
    pub(super) fn until_newer_keys(mut self) -> Self {
        self.wants_newer_keys = true;
        self
    }

    /// Tells whether the token need not be judged anew: it was by the very same keys.
    pub(super) fn counts(&self, keys: &Arc<KeySet>) -> bool {
        self.keys.as_ptr() == Arc::as_ptr(keys)
    }
}

impl Cache {
    /// Makes a cache whose good tokens take `bytes` at the most.
    pub(super) fn of_size(bytes: usize) -> Self {
        // What a token with a dozen claims takes.
        const USUAL_WEIGHT: usize = 2048;
        let good = Bounded::with_weighter(bytes.div_ceil(USUAL_WEIGHT), bytes as u64, ByWeight);
        Self { good, refused: for_refused(), swept: Mutex::new(Instant::now()) }
    }

    pub(super) fn good(&self, token: Lookup<'_>) -> Option<Arc<Good>> {
        self.good.get(&token)
    }

    pub(super) fn refused(&self, token: Lookup<'_>) -> Option<Refused> {
        self.refused.get(&token)
    }

    /// Remembers a good token, and from time to time forgets those of which `is_over` says so.
    pub(super) fn keep_good(&self, token: Lookup<'_>, good: Good, is_over: impl Fn(&Good) -> bool) {
        self.sweep(Instant::now(), is_over);
        self.good.insert(token.keep(), Arc::new(good));
    }

    pub(super) fn keep_refused(&self, token: Lookup<'_>, refused: Refused) {
        self.refused.insert(token.keep(), refused);
    }

    pub(super) fn forget(&self, token: Lookup<'_>) {
        self.good.remove(&token);
    }

    /// Counts the good and the refused tokens.
    #[cfg(test)]
    pub(super) fn len(&self) -> (usize, usize) {
        (self.good.len(), self.refused.len())
    }

    fn sweep(&self, now: Instant, is_over: impl Fn(&Good) -> bool) {
        // Whoever holds the lock sweeps already.
        let Ok(mut swept) = self.swept.try_lock() else { return };
        if now.duration_since(*swept) < SWEEP_AFTER {
            return;
        }
        *swept = now;
        drop(swept);
        self.good.retain(|_, good| good.since.elapsed() < REMEMBER_GOOD && !is_over(good));
    }
}

#[derive(Clone)]
struct ByWeight;

impl Weighter<Kept, Arc<Good>> for ByWeight {
    fn weight(&self, kept: &Kept, good: &Arc<Good>) -> u64 {
        (kept.len() + good.weight) as u64
    }
}

/// Makes the place of refused tokens.
pub(crate) fn for_refused<V: Clone>() -> Bounded<Kept, V, ByLength> {
    Bounded::with_weighter(MOST_REFUSED, (MOST_REFUSED * USUAL_LENGTH) as u64, ByLength)
}

/// The weight of what was refused: that of its text.
#[derive(Clone)]
pub(crate) struct ByLength;

impl<V> Weighter<Kept, V> for ByLength {
    fn weight(&self, kept: &Kept, _: &V) -> u64 {
        kept.len().max(USUAL_LENGTH) as u64
    }
}
