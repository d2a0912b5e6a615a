//! How long it takes to judge a request.

use std::time::{Duration, Instant};

/// Measures how long judging takes, without what is waited for in between. It reads the clock only where somebody is told.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Watch {
    /// What was measured before the last pause.
    before: Duration,
    since: Option<Instant>,
}

impl Watch {
    pub(crate) fn start(is_told: bool) -> Self {
        Self { before: Duration::ZERO, since: is_told.then(Instant::now) }
    }

    /// Measures for how long `waiting` is waited for, and leaves that out.
    #[cfg(feature = "mcp")]
    pub(crate) async fn without<T>(&mut self, waiting: impl Future<Output = T>) -> T {
        let Some(since) = self.since.take() else { return waiting.await };
        self.before += since.elapsed();
        let found = waiting.await;
        self.since = Some(Instant::now());
        found
    }

    pub(crate) fn took(&self) -> Duration {
        self.before + self.since.map_or(Duration::ZERO, |since| since.elapsed())
    }
}
