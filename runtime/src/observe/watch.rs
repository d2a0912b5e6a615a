//! Measures how long a decision takes.

use std::time::{Duration, Instant};

/// Measures the time of a decision without the waits in between. It reads the clock only if there is an observer.
///
/// It is small, since every request carries one.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Watch {
    /// When the work began, moved forward by the length of the pauses.
    since: Option<Instant>,
}

impl Watch {
    pub(crate) fn start(is_told: bool) -> Self {
        Self { since: is_told.then(Instant::now) }
    }

    /// Waits for `waiting`, and leaves that time out of the measurement.
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
