//! Caches answers about tokens for a short time. The cache has a size limit.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use quick_cache::{Weighter, sync::Cache as Bounded};
use serde_json::Value;
use tokio::time::Instant;

use super::{
    super::jwt::shared::{ByLength, Kept, Lookup, for_refused, weight_of_object},
    outcome::{Active, Outcome},
};

/// How long an answer is cached if the token is inactive or is not an access token.
const REMEMBER_BAD: Duration = Duration::from_secs(5);

/// The default size limit for answers about active tokens, in bytes.
pub(super) const SIZE: usize = 16 * 1024 * 1024;

/// The typical size of an answer, in bytes.
const USUAL_WEIGHT: usize = 4096;

/// The shortest time between two sweeps. A sweep removes all expired answers about active tokens. If a lookup finds
/// such an answer, the lookup removes it.
const SWEEP_AFTER: Duration = Duration::from_secs(60);

/// Answers about tokens.
pub(super) struct Cache {
    good: Bounded<Kept, Arc<Good>, ByWeight>,
    /// All outcomes other than `Outcome::Active`. This cache is separate, so that a flood of invalid tokens cannot
    /// evict answers about active tokens.
    bad: Bounded<Kept, Bad, ByLength>,
    swept: Mutex<Instant>,
    lifetime: Duration,
}

struct Good {
    active: Arc<Active>,
    /// The token's `exp`, after which the answer is no longer used.
    expires: Option<f64>,
    asked_at: Instant,
    weight: usize,
}

#[derive(Clone)]
struct Bad {
    outcome: Outcome,
    until: Instant,
}

impl Cache {
    /// Makes a cache. Each answer about an active token stays usable for at most `lifetime`. All these answers together
    /// take at most `bytes` bytes of memory.
    pub(super) fn new(lifetime: Duration, bytes: usize) -> Self {
        Self {
            good: Bounded::with_weighter(bytes.div_ceil(USUAL_WEIGHT), bytes as u64, ByWeight),
            bad: for_refused(),
            swept: Mutex::new(Instant::now()),
            lifetime,
        }
    }

    /// Returns the cached answer about a token, if there is one. `now` is compared with the token's `exp`.
    pub(super) fn get(&self, token: Lookup<'_>, now: f64) -> Option<Outcome> {
        if let Some(good) = self.good.get(&token) {
            if self.counts(&good, now) {
                return Some(Outcome::Active(Arc::clone(&good.active)));
            }
            self.good.remove(&token);
        }
        let bad = self.bad.get(&token)?;
        (Instant::now() < bad.until).then_some(bad.outcome)
    }

    /// Caches the outcome of a question that was sent at `asked_at`. The lifetime of an answer begins at `asked_at`,
    /// and not when the answer arrives. If a token is revoked while the gate waits for the answer, the answer can still
    /// say that the token is active.
    pub(super) fn keep(&self, token: Kept, outcome: &Outcome, asked_at: Instant, now: f64) {
        match outcome {
            Outcome::Active(active) => {
                let good = Good {
                    active: Arc::clone(active),
                    expires: active.claims.get("exp").and_then(Value::as_f64),
                    asked_at,
                    // The claims are counted twice, because they are in the answer and in the token that is made from
                    // the answer.
                    weight: 2 * weight_of_object(&active.claims),
                };
                self.sweep(now);
                if self.counts(&good, now) {
                    self.bad.remove(&token.lookup());
                    self.good.insert(token, Arc::new(good));
                }
            }
            Outcome::Inactive | Outcome::Refused(_) => {
                self.bad.insert(token, Bad { outcome: outcome.clone(), until: asked_at + REMEMBER_BAD });
            }
            Outcome::Failed(pause) => {
                let until = Instant::now() + pause.length;
                self.bad.insert(token, Bad { outcome: outcome.clone(), until });
            }
        }
    }

    fn counts(&self, good: &Good, now: f64) -> bool {
        good.asked_at.elapsed() < self.lifetime && good.expires.is_none_or(|expires| now < expires)
    }

    fn sweep(&self, now: f64) {
        // If another thread holds the lock, that thread is already sweeping.
        let Ok(mut swept) = self.swept.try_lock() else { return };
        if swept.elapsed() < SWEEP_AFTER {
            return;
        }
        *swept = Instant::now();
        drop(swept);
        self.good.retain(|_, good| self.counts(good, now));
    }

    /// Returns the number of cached answers about active tokens, and the number of other cached outcomes.
    #[cfg(test)]
    pub(super) fn len(&self) -> (usize, usize) {
        (self.good.len(), self.bad.len())
    }
}

#[derive(Clone)]
struct ByWeight;

impl Weighter<Kept, Arc<Good>> for ByWeight {
    fn weight(&self, kept: &Kept, good: &Arc<Good>) -> u64 {
        // The size of a cache entry in bytes, without the claims and without the text of the token.
        const ENTRY: usize = 1024;
        (ENTRY + kept.len() + good.weight) as u64
    }
}
