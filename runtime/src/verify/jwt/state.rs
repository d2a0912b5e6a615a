//! What is known of an issuer's keys, and when they may or must be loaded again. Pure: time is an argument.

use std::{sync::Arc, time::Duration};

use tokio::{sync::watch, time::Instant};

use super::keys::KeySet;
use crate::VerifyError;

/// From this age on, keys are loaded again in the background while they are used.
pub(super) const REFRESH_AFTER: Duration = Duration::from_secs(5 * 60);

/// From this age on, requests wait for new keys first. Only after a pause without tokens do keys get this old, and the
/// next token should not profit from a key that was withdrawn hours ago.
pub(super) const RELY_UNTIL: Duration = Duration::from_secs(15 * 60);

/// Younger keys are not loaded again for a token of an unknown key, or anybody could make us ask at any rate.
pub(super) const ASK_AGAIN_AFTER: Duration = Duration::from_secs(10);

/// How long after the pause that follows a failure the server is taken for down, if nobody has asked again.
const STILL_DOWN: Duration = Duration::from_secs(60);

/// The longest pause after a failed attempt; the first is a second, and each next one twice as long.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// The shortest pause that a client is told.
const SHORTEST_PAUSE: Duration = Duration::from_secs(1);

/// What is known now.
#[derive(Default)]
pub(super) struct State {
    loaded: Option<Loaded>,
    failure: Option<LoadFailure>,
    /// The attempt that is under way. Its channel closes when it ends, in whatever way.
    pub(super) flight: Option<watch::Receiver<()>>,
}

struct Loaded {
    keys: Arc<KeySet>,
    at: Instant,
}

/// What failed since keys were last loaded.
struct LoadFailure {
    attempts: u32,
    retry_at: Instant,
    reason: String,
}

/// What to do for a request.
pub(super) enum Advice {
    /// Use these keys.
    Use(Arc<KeySet>),
    /// Use these keys, and load new ones in the background.
    UseAndLoad(Arc<KeySet>),
    /// Load keys first.
    LoadFirst,
}

impl State {
    /// Says what to do for a request that needs keys.
    pub(super) fn advice(&self, now: Instant) -> Advice {
        let Some(Loaded { keys, at, .. }) = &self.loaded else { return Advice::LoadFirst };
        let age = now.duration_since(*at);
        if age < REFRESH_AFTER {
            Advice::Use(Arc::clone(keys))
        } else if age < RELY_UNTIL || self.is_down(now) {
            // While the key server is down, nobody should wait for it again and again.
            Advice::UseAndLoad(Arc::clone(keys))
        } else {
            Advice::LoadFirst
        }
    }

    /// Tells whether the key server was down just now. An older failure says nothing of it.
    fn is_down(&self, now: Instant) -> bool {
        self.failure.as_ref().is_some_and(|failure| now < failure.retry_at + STILL_DOWN)
    }

    /// Returns the keys, if any.
    pub(super) fn keys(&self) -> Option<Arc<KeySet>> {
        self.loaded.as_ref().map(|loaded| Arc::clone(&loaded.keys))
    }

    /// Returns the keys if they are others than `known`.
    pub(super) fn keys_after(&self, known: &Arc<KeySet>) -> Option<Arc<KeySet>> {
        self.keys().filter(|keys| !Arc::ptr_eq(keys, known))
    }

    /// Tells whether the keys are so new that an unknown key is not worth another attempt.
    pub(super) fn is_recent(&self, now: Instant) -> bool {
        let is_recent = |loaded: &Loaded| now.duration_since(loaded.at) < ASK_AGAIN_AFTER;
        self.failure.is_none() && self.loaded.as_ref().is_some_and(is_recent)
    }

    /// Tells how long it is until an unknown key is worth another attempt.
    pub(super) fn until_next(&self, now: Instant) -> Duration {
        let age = self.loaded.as_ref().map_or(ASK_AGAIN_AFTER, |loaded| now.duration_since(loaded.at));
        ASK_AGAIN_AFTER.saturating_sub(age).max(SHORTEST_PAUSE)
    }

    /// Tells whether the pause after the last failed attempt, if it failed, is over.
    pub(super) fn may_load(&self, now: Instant) -> bool {
        self.failure.as_ref().is_none_or(|failure| failure.retry_at <= now)
    }

    /// Notes that keys were loaded. Those from before are gone, and with them any that were withdrawn.
    pub(super) fn succeed(&mut self, keys: Arc<KeySet>, now: Instant) {
        self.loaded = Some(Loaded { keys, at: now });
        self.failure = None;
        self.flight = None;
    }

    /// Notes that an attempt failed. Keys from before stay in use.
    pub(super) fn fail(&mut self, reason: String, now: Instant) {
        let attempts = self.failure.as_ref().map_or(0, |failure| failure.attempts);
        let pause = Duration::from_secs(1 << attempts.min(5)).min(LONGEST_PAUSE);
        self.failure =
            Some(LoadFailure { attempts: attempts.saturating_add(1), retry_at: now + pause, reason });
        self.flight = None;
    }

    /// Makes the error for a request whose key could not be loaded.
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
