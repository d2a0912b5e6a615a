//! How long it takes to judge a request.

use std::time::{Duration, Instant};

/// Measures how long judging takes, without what is waited for in between. It reads the clock only where somebody is told.
///
/// It is small, since every request has room for it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Watch {
    /// When the judging began, or would have without the pauses.
    since: Option<Instant>,
}

impl Watch {
    pub(crate) fn start(is_told: bool) -> Self {
        Self { since: is_told.then(Instant::now) }
    }

    /// Measures for how long `waiting` is waited for, and leaves that out.
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
