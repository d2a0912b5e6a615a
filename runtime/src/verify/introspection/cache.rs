//! Remembers answers, for a short while and within bounds.

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

/// How long it is remembered that a token is not active.
const REMEMBER_BAD: Duration = Duration::from_secs(5);

/// How much memory good answers may take by default, in bytes.
pub(super) const SIZE: usize = 16 * 1024 * 1024;

/// What an answer takes as a rule, in bytes.
const USUAL_WEIGHT: usize = 4096;

/// How often what is over is thrown out, if it is not asked for before.
const SWEEP_AFTER: Duration = Duration::from_secs(60);

/// Answers about tokens.
pub(super) struct Cache {
    good: Bounded<Kept, Arc<Good>, ByWeight>,
    /// They have a place of their own, so that a flood of them pushes no good one out.
    bad: Bounded<Kept, Bad, ByLength>,
    swept: Mutex<Instant>,
    lifetime: Duration,
}

struct Good {
    active: Arc<Active>,
    /// The token's `exp`, after which the answer says nothing.
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
    /// Makes a cache of good answers that count for `lifetime` and take `bytes` at the most.
    pub(super) fn new(lifetime: Duration, bytes: usize) -> Self {
        Self {
            good: Bounded::with_weighter(bytes.div_ceil(USUAL_WEIGHT), bytes as u64, ByWeight),
            bad: for_refused(),
            swept: Mutex::new(Instant::now()),
            lifetime,
        }
    }

    /// Returns what is known of a token at `now`, by a clock that `exp` is held against.
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

    /// Remembers the answer to a question that was sent at `asked_at`: what happened to the token since, it does not say.
    pub(super) fn keep(&self, token: Kept, outcome: &Outcome, asked_at: Instant, now: f64) {
        match outcome {
            Outcome::Active(active) => {
                let good = Good {
                    active: Arc::clone(active),
                    expires: active.claims.get("exp").and_then(Value::as_f64),
                    asked_at,
                    // Once for the answer, and once for the token that is made of it.
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
        // Whoever holds the lock sweeps already.
        let Ok(mut swept) = self.swept.try_lock() else { return };
        if swept.elapsed() < SWEEP_AFTER {
            return;
        }
        *swept = Instant::now();
        drop(swept);
        self.good.retain(|_, good| self.counts(good, now));
    }

    /// Counts the good and the other tokens.
    #[cfg(test)]
    pub(super) fn len(&self) -> (usize, usize) {
        (self.good.len(), self.bad.len())
    }
}

#[derive(Clone)]
struct ByWeight;

impl Weighter<Kept, Arc<Good>> for ByWeight {
    fn weight(&self, kept: &Kept, good: &Arc<Good>) -> u64 {
        // For the answer and the token themselves, and their place.
        const ENTRY: usize = 1024;
        (ENTRY + kept.len() + good.weight) as u64
    }
}
