//! Measures how long a decision takes.

use std::time::{Duration, Instant};

/// Measures how long a decision takes. The wait for the request body does not count. The clock is read only if an
/// observer or the log receives the decision.
///
/// This type is small, because every request carries a `Watch`.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Watch {
    /// The time when the work began, plus the length of all pauses. The value is `None` if the clock is not read.
    since: Option<Instant>,
}

impl Watch {
    pub(crate) fn start(is_told: bool) -> Self {
        Self { since: is_told.then(Instant::now) }
    }

    /// Awaits `waiting`. The time of this wait is not counted.
    #[cfg(feature = "mcp")]
    pub(crate) async fn without<T>(&mut self, waiting: impl Future<Output = T>) -> T {
        let paused = self.since.map(|_| Instant::now());
        let found = waiting.await;
        if let (Some(since), Some(paused)) = (self.since, paused) {
            self.since = Some(since + paused.elapsed());
        }
        found
    }

    pub(crate) fn took(&self) -> Duration {
        self.since.map_or(Duration::ZERO, |since| since.elapsed())
    }
}
