//! Caches the results of token checks, with limits on time and memory.

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

/// The time after which the signature of a valid token is checked again.
const REMEMBER_GOOD: Duration = Duration::from_secs(5 * 60);

/// The maximum number of rejected tokens in the cache. If the tokens are long, fewer of them fit. Rejected tokens have
/// their own cache, so that a flood of them cannot evict valid tokens. The size of the cache for valid tokens does not
/// change this number.
const MOST_REFUSED: usize = 1024;

/// The minimum weight, in bytes, of a rejected token in the cache.
const USUAL_LENGTH: usize = 1024;

/// The minimum time between two sweeps, which remove all expired entries. A lookup can remove an expired entry earlier.
const SWEEP_AFTER: Duration = Duration::from_secs(60);

/// The results of token checks.
pub(super) struct Cache {
    good: Bounded<Kept, Arc<Good>, ByWeight>,
    refused: Bounded<Kept, Refused, ByLength>,
    swept: Mutex<Instant>,
}

/// A token with a valid signature and valid claims. The token's times are checked at each use.
pub(super) struct Good {
    pub(super) token: Token,
    pub(super) validity: Validity,
    /// How far the clocks of the issuer and of this program may differ.
    pub(super) leeway: Duration,
    /// The source of the issuer's keys.
    pub(super) source: KeySource,
    pub(super) since: Instant,
    /// The identifier of the resource for which the token was checked.
    resource: Option<Box<str>>,
    key: Arc<Key>,
    weight: usize,
}

impl Good {
    /// Makes the entry for a valid token. `key` is the key from `source` that verified the token's signature.
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

    /// Tells whether the token was checked for this resource. A token that is valid for one resource can be invalid for
    /// another.
    pub(super) fn is_for(&self, resource: Option<&Resource>) -> bool {
        self.resource.as_deref() == resource.map(Resource::identifier)
    }

    /// Tells whether the entry is still usable: whether it is recent, and whether the issuer still publishes the key.
    pub(super) fn counts(&self, keys: &KeySet) -> bool {
        self.since.elapsed() < REMEMBER_GOOD && keys.has(&self.key)
    }
}

fn identifier_of(resource: Option<&Resource>) -> Option<Box<str>> {
    resource.map(|resource| resource.identifier().into())
}

/// A token that was rejected.
#[derive(Clone)]
pub(super) struct Refused {
    /// The time at which the token first arrived. A key set that was loaded before this time can lack the token's key,
    /// even if the issuer now publishes that key.
    pub(super) arrived: Instant,
    /// The problem of the token; `None` if it is not known yet whether the issuer publishes the token's key.
    pub(super) bad: Option<Arc<Bad>>,
}

/// A token with a problem that does not depend on the clock. The token was checked with the keys that were known at
/// that time.
pub(crate) struct Bad {
    pub(super) fault: Fault,
    /// The source of the issuer's keys.
    pub(super) source: KeySource,
    /// The identifier of the resource for which the token was checked.
    resource: Option<Box<str>>,
    /// Whether the token can become valid with newer keys.
    pub(super) wants_newer_keys: bool,
    /// The keys at the time of the check. The reference is weak, so that old keys do not stay in memory.
    keys: Weak<KeySet>,
}

impl Bad {
    /// Makes the entry for a rejected token. The token was checked with `keys`, which came from `source`.
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

    /// Tells whether the token was checked for this resource. The token can be valid for another resource.
    pub(super) fn is_for(&self, resource: Option<&Resource>) -> bool {
        self.resource.as_deref() == resource.map(Resource::identifier)
    }

    /// Records that the token must be checked again with newer keys, because none of the known keys verifies its
    /// signature.
    pub(super) fn until_newer_keys(mut self) -> Self {
        self.wants_newer_keys = true;
        self
    }

    /// Tells whether the entry is still usable: whether the token was checked with these keys.
    pub(super) fn counts(&self, keys: &Arc<KeySet>) -> bool {
        self.keys.as_ptr() == Arc::as_ptr(keys)
    }
}

impl Cache {
    /// Makes a cache whose valid tokens take at most `bytes` bytes of memory.
    pub(super) fn of_size(bytes: usize) -> Self {
        // The size of a token with a dozen claims.
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

    /// Caches a valid token. At most once per `SWEEP_AFTER`, also removes entries that are older than `REMEMBER_GOOD`,
    /// and entries for which `is_over` returns `true`.
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

    /// Returns how many valid tokens and how many rejected tokens are cached.
    #[cfg(test)]
    pub(super) fn len(&self) -> (usize, usize) {
        (self.good.len(), self.refused.len())
    }

    fn sweep(&self, now: Instant, is_over: impl Fn(&Good) -> bool) {
        // If another thread holds the lock, that thread is already sweeping.
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

/// Makes the cache of rejected tokens.
pub(crate) fn for_refused<V: Clone>() -> Bounded<Kept, V, ByLength> {
    Bounded::with_weighter(MOST_REFUSED, (MOST_REFUSED * USUAL_LENGTH) as u64, ByLength)
}

/// The weight of a rejected token: the length of its text, but at least `USUAL_LENGTH`.
#[derive(Clone)]
pub(crate) struct ByLength;

impl<V> Weighter<Kept, V> for ByLength {
    fn weight(&self, kept: &Kept, _: &V) -> u64 {
        kept.len().max(USUAL_LENGTH) as u64
    }
}
