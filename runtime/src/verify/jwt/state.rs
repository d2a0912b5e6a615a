//! The state of an issuer's keys, and the decision about when to load them again. This code reads no clock: the current
//! time is an argument.

use std::{sync::Arc, time::Duration};

use tokio::{sync::watch, time::Instant};

use super::keys::KeySet;
use crate::VerifyError;

/// Requests still use keys that are older than `REFRESH_AFTER`, but new keys are loaded in the background.
pub(super) const REFRESH_AFTER: Duration = Duration::from_secs(5 * 60);

/// If the known keys are older than `RELY_UNTIL` and the key server is up, requests wait for new keys. While the server
/// is up, keys reach this age only if no token arrives for several minutes. Without this limit, the next token could be
/// accepted with a key that was withdrawn hours ago.
pub(super) const RELY_UNTIL: Duration = Duration::from_secs(15 * 60);

/// Keys younger than `ASK_AGAIN_AFTER` are not reloaded when a token names an unknown key. Without this limit, anyone
/// could make the program send requests to the key server as often as they like.
pub(super) const ASK_AGAIN_AFTER: Duration = Duration::from_secs(10);

/// After a failed attempt to load keys, there is a pause before the next attempt. The key server counts as down during
/// the pause, and for `STILL_DOWN` after the pause.
const STILL_DOWN: Duration = Duration::from_secs(60);

/// The longest pause after a failed attempt. The first pause is one second, and each further failure doubles the pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// The shortest time that a client is told to wait.
const SHORTEST_PAUSE: Duration = Duration::from_secs(1);

/// The current state.
#[derive(Default)]
pub(super) struct State {
    loaded: Option<Loaded>,
    failure: Option<LoadFailure>,
    /// The current attempt to load keys. The channel closes when the attempt ends, whatever the outcome.
    pub(super) flight: Option<watch::Receiver<()>>,
}

struct Loaded {
    keys: Arc<KeySet>,
    at: Instant,
}

/// The failed attempts to load keys since the last successful load.
struct LoadFailure {
    attempts: u32,
    retry_at: Instant,
    reason: String,
}

/// What a request should do.
pub(super) enum Advice {
    /// Use these keys.
    Use(Arc<KeySet>),
    /// Use these keys, and load new ones in the background.
    UseAndLoad(Arc<KeySet>),
    /// Load keys first.
    LoadFirst,
}

impl State {
    /// Decides what a request that needs keys should do.
    pub(super) fn advice(&self, now: Instant) -> Advice {
        let Some(Loaded { keys, at, .. }) = &self.loaded else { return Advice::LoadFirst };
        let age = now.duration_since(*at);
        if age < REFRESH_AFTER {
            Advice::Use(Arc::clone(keys))
        } else if age < RELY_UNTIL || self.is_down(now) {
            // While the key server is down, requests must not wait for it again and again.
            Advice::UseAndLoad(Arc::clone(keys))
        } else {
            Advice::LoadFirst
        }
    }

    /// Tells whether the key server counts as down. After a failure, the server counts as down during the pause, and
    /// for [`STILL_DOWN`] after the pause.
    fn is_down(&self, now: Instant) -> bool {
        self.failure.as_ref().is_some_and(|failure| now < failure.retry_at + STILL_DOWN)
    }

    /// Returns the keys, if there are any.
    pub(super) fn keys(&self) -> Option<Arc<KeySet>> {
        self.loaded.as_ref().map(|loaded| Arc::clone(&loaded.keys))
    }

    /// Returns the keys if they differ from `known`.
    pub(super) fn keys_after(&self, known: &Arc<KeySet>) -> Option<Arc<KeySet>> {
        self.keys().filter(|keys| !Arc::ptr_eq(keys, known))
    }

    /// Tells whether the keys were loaded less than [`ASK_AGAIN_AFTER`] ago, and no attempt to load them has failed
    /// since. If so, a token with an unknown key causes no reload.
    pub(super) fn is_recent(&self, now: Instant) -> bool {
        let is_recent = |loaded: &Loaded| now.duration_since(loaded.at) < ASK_AGAIN_AFTER;
        self.failure.is_none() && self.loaded.as_ref().is_some_and(is_recent)
    }

    /// Returns the rest of the pause in which tokens with an unknown key cause no reload of the keys. The result is at
    /// least `SHORTEST_PAUSE`.
    pub(super) fn until_next(&self, now: Instant) -> Duration {
        let age = self.loaded.as_ref().map_or(ASK_AGAIN_AFTER, |loaded| now.duration_since(loaded.at));
        ASK_AGAIN_AFTER.saturating_sub(age).max(SHORTEST_PAUSE)
    }

    /// Tells whether keys may be loaded now. Keys are not loaded during the pause after a failure.
    pub(super) fn may_load(&self, now: Instant) -> bool {
        self.failure.as_ref().is_none_or(|failure| failure.retry_at <= now)
    }

    /// Records that keys were loaded. The new keys replace all former keys, so withdrawn keys are no longer used.
    pub(super) fn succeed(&mut self, keys: Arc<KeySet>, now: Instant) {
        self.loaded = Some(Loaded { keys, at: now });
        self.failure = None;
        self.flight = None;
    }

    /// Records a failed attempt. The known keys stay in use.
    pub(super) fn fail(&mut self, reason: String, now: Instant) {
        let attempts = self.failure.as_ref().map_or(0, |failure| failure.attempts);
        let pause = Duration::from_secs(1 << attempts.min(5)).min(LONGEST_PAUSE);
        self.failure =
            Some(LoadFailure { attempts: attempts.saturating_add(1), retry_at: now + pause, reason });
        self.flight = None;
    }

    /// Makes the error for a token whose key could not be loaded.
    pub(super) fn unavailable(&self, now: Instant) -> VerifyError {
        match &self.failure {
            Some(LoadFailure { retry_at, reason, .. }) => {
                let pause = retry_at.saturating_duration_since(now).max(SHORTEST_PAUSE);
                VerifyError::unavailable(pause, reason.as_str())
            }
            None => VerifyError::unavailable(SHORTEST_PAUSE, "the keys could not be loaded"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn no_keys() -> Arc<KeySet> {
        Arc::new(KeySet::parse(br#"{"keys":[]}"#).expect("an empty set is one"))
    }

    #[test]
    fn pauses_double_up_to_a_limit_and_end_with_success() {
        let now = Instant::now();
        let mut state = State::default();
        for pause in [1, 2, 4, 8, 16, 30, 30] {
            state.fail("down".to_owned(), now);
            let pause = Duration::from_secs(pause);
            assert!(!state.may_load(now + pause.checked_sub(Duration::from_millis(1)).unwrap_or_default()));
            assert!(state.may_load(now + pause));
        }
        state.succeed(no_keys(), now);
        assert!(state.may_load(now));
        state.fail("down".to_owned(), now);
        assert!(state.may_load(now + Duration::from_secs(1)));
    }

    #[test]
    fn nobody_comes_back_in_no_time() {
        let now = Instant::now();
        let mut state = State::default();
        assert_eq!(state.until_next(now), SHORTEST_PAUSE, "there are no keys yet");
        state.succeed(no_keys(), now);
        for (passed, expected) in
            [(0, 10_000), (4_000, 6_000), (9_500, 1_000), (10_000, 1_000), (60_000, 1_000)]
        {
            let found = state.until_next(now + Duration::from_millis(passed));
            assert_eq!(found, Duration::from_millis(expected), "after {passed} ms");
        }
    }

    #[test]
    fn advice_follows_age() {
        let now = Instant::now();
        let mut state = State::default();
        assert!(matches!(state.advice(now), Advice::LoadFirst));
        state.succeed(no_keys(), now);
        assert!(matches!(state.advice(now), Advice::Use(_)));
        assert!(matches!(state.advice(now + REFRESH_AFTER), Advice::UseAndLoad(_)));
        assert!(matches!(state.advice(now + RELY_UNTIL), Advice::LoadFirst));
        state.fail("down".to_owned(), now + REFRESH_AFTER);
        assert!(matches!(state.advice(now + RELY_UNTIL), Advice::LoadFirst));
        state.fail("down".to_owned(), now + RELY_UNTIL);
        assert!(matches!(state.advice(now + RELY_UNTIL), Advice::UseAndLoad(_)));
        assert!(matches!(state.advice(now + RELY_UNTIL + STILL_DOWN * 2), Advice::LoadFirst));
    }
}
