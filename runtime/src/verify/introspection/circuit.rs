//! A circuit breaker, which decides when a server is asked again after a failure. This code reads no clock: the current
//! time is an argument.

use std::{sync::Arc, time::Duration};

use tokio::time::Instant;

/// The pause after the first failure. The pause doubles with each further failure.
pub(super) const SHORTEST_PAUSE: Duration = Duration::from_secs(1);

/// The longest pause, unless the server asks for a longer one.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// The longest pause that a server may ask for.
const LONGEST_ASKED: Duration = Duration::from_secs(60);

/// How many consecutive useless answers (`Failure::Useless`) cause a pause. A single useless answer causes no pause,
/// because a strange token can lead to a useless answer. If one useless answer caused a pause, the sender of a strange
/// token could block other callers.
const USELESS_IN_A_ROW: u32 = 5;

/// After a pause, one request tries the server again. If this request has no result after `TRIAL`, another request may
/// try. `TRIAL` is longer than the time limit for an answer.
const TRIAL: Duration = Duration::from_secs(10);

/// The circuit breaker of one server.
#[derive(Debug, Default)]
pub(super) struct Circuit {
    state: State,
    useless: u32,
}

#[derive(Debug, Default)]
enum State {
    /// All requests may ask the server.
    #[default]
    Closed,
    /// The server did not answer, or it refuses all requests of this program, for example because the program's
    /// credentials are wrong. No request may ask the server before `until`.
    Open { until: Instant, pause: Duration, reason: Arc<str> },
    /// The pause is over, and one request is asking the server again. If this request has no result by `until`,
    /// another request may try.
    Trying { until: Instant, pause: Duration, reason: Arc<str> },
    /// The server gave useless answers. No request may ask it before `until`.
    Resting { until: Instant, reason: Arc<str> },
}

/// How long to wait before the server is asked again, and why.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Pause {
    pub(super) length: Duration,
    pub(super) reason: Arc<str>,
}

impl Circuit {
    /// Decides whether a request may ask the server now.
    pub(super) fn admit(&mut self, now: Instant) -> Result<(), Pause> {
        if let Some(pause) = self.pause(now) {
            return Err(pause);
        }
        self.state = match std::mem::take(&mut self.state) {
            State::Open { pause, reason, .. } | State::Trying { pause, reason, .. } => {
                State::Trying { until: now + TRIAL, pause, reason }
            }
            State::Closed | State::Resting { .. } => State::Closed,
        };
        Ok(())
    }

    fn pause(&self, now: Instant) -> Option<Pause> {
        let (until, reason) = match &self.state {
            State::Closed => return None,
            State::Open { until, reason, .. }
            | State::Trying { until, reason, .. }
            | State::Resting { until, reason } => (*until, reason),
        };
        let left = until.checked_duration_since(now).filter(|left| !left.is_zero())?;
        // A running attempt usually ends well before its limit, so clients need not wait until the limit.
        let length = if matches!(self.state, State::Trying { .. }) { SHORTEST_PAUSE } else { left };
        Some(Pause { length: length.max(SHORTEST_PAUSE), reason: Arc::clone(reason) })
    }

    /// Records a good answer.
    pub(super) fn succeed(&mut self) {
        *self = Self::default();
    }

    /// Records that the server gave no answer, or cannot answer now. `asked` is the pause that the server asked for.
    pub(super) fn fail_silent(&mut self, reason: &Arc<str>, asked: Option<Duration>, now: Instant) -> Pause {
        let last = match &self.state {
            // If several requests fail at the same time, only the first failure counts.
            State::Open { until, .. } if now < *until => {
                return self.pause(now).unwrap_or_else(|| shortest(reason));
            }
            State::Open { pause, .. } | State::Trying { pause, .. } => Some(*pause),
            State::Closed | State::Resting { .. } => None,
        };
        let pause = last.map_or(SHORTEST_PAUSE, |last| (last * 2).min(LONGEST_PAUSE));
        let length = asked.map_or(pause, |asked| asked.min(LONGEST_ASKED).max(pause));
        self.useless = 0;
        self.state = State::Open { until: now + length, pause, reason: Arc::clone(reason) };
        Pause { length, reason: Arc::clone(reason) }
    }

    /// Records a useless answer.
    pub(super) fn fail_useless(&mut self, reason: &Arc<str>, now: Instant) -> Pause {
        self.useless += 1;
        let rests = match &self.state {
            State::Closed => self.useless >= USELESS_IN_A_ROW,
            State::Trying { .. } => true,
            State::Open { .. } | State::Resting { .. } => false,
        };
        if rests {
            self.useless = 0;
            self.state = State::Resting { until: now + SHORTEST_PAUSE, reason: Arc::clone(reason) };
        }
        shortest(reason)
    }
}

fn shortest(reason: &Arc<str>) -> Pause {
    Pause { length: SHORTEST_PAUSE, reason: Arc::clone(reason) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn reason() -> Arc<str> {
        "down".into()
    }

    #[test]
    fn pauses_double_up_to_a_limit_and_end_with_success() {
        let mut now = Instant::now();
        let mut circuit = Circuit::default();
        for pause in [1, 2, 4, 8, 16, 30, 30] {
            assert_eq!(circuit.admit(now), Ok(()));
            assert_eq!(circuit.fail_silent(&reason(), None, now).length, seconds(pause));
            now += Duration::from_millis(pause * 1000 - 1);
            assert_eq!(circuit.admit(now).map_err(|pause| pause.length), Err(SHORTEST_PAUSE));
            now += Duration::from_millis(1);
        }
        assert_eq!(circuit.admit(now), Ok(()));
        circuit.succeed();
        assert_eq!(circuit.admit(now), Ok(()));
        assert_eq!(circuit.fail_silent(&reason(), None, now).length, seconds(1));
    }

    #[test]
    fn one_request_tries_after_a_pause() {
        let now = Instant::now();
        let mut circuit = Circuit::default();
        circuit.fail_silent(&reason(), None, now);
        let later = now + seconds(1);
        assert_eq!(circuit.admit(later), Ok(()));
        assert_eq!(circuit.admit(later).map_err(|pause| pause.length), Err(seconds(1)));
        assert_eq!(circuit.admit(later + TRIAL), Ok(()), "the first was lost");
    }

    #[test]
    fn requests_that_fail_at_one_time_count_once() {
        let now = Instant::now();
        let mut circuit = Circuit::default();
        for _ in 0..64 {
            assert_eq!(circuit.fail_silent(&reason(), None, now).length, seconds(1));
        }
        assert_eq!(circuit.admit(now + seconds(1)), Ok(()));
    }

    #[test]
    fn a_server_may_ask_for_a_longer_pause() {
        let now = Instant::now();
        let check = |asked, expected| {
            let mut circuit = Circuit::default();
            let pause = circuit.fail_silent(&reason(), Some(asked), now);
            assert_eq!((pause.length, circuit.admit(now)), (expected, Err(pause.clone())));
        };
        check(seconds(20), seconds(20));
        check(seconds(0), seconds(1));
        check(seconds(86_400), LONGEST_ASKED);
    }

    #[test]
    fn useless_answers_bring_a_short_pause_after_some_in_a_row() {
        let now = Instant::now();
        let mut circuit = Circuit::default();
        for _ in 0..10 {
            for _ in 1..USELESS_IN_A_ROW {
                circuit.fail_useless(&reason(), now);
                assert_eq!(circuit.admit(now), Ok(()));
            }
            circuit.succeed();
        }
        let mut now = now;
        for _ in 0..10 {
            for _ in 0..USELESS_IN_A_ROW {
                assert_eq!(
                    circuit.admit(now),
                    Ok(()),
                    "no single request has to try, and the pause stays short"
                );
                circuit.fail_useless(&reason(), now);
            }
            assert_eq!(circuit.admit(now).map_err(|pause| pause.length), Err(seconds(1)));
            now += seconds(1);
        }
    }
}
