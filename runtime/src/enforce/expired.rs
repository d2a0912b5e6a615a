//! A future that waits for the expiry of a token.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use tokio::{
    runtime::Handle,
    time::{Sleep, sleep},
};

use crate::gate::log;

/// How often the clock is read. A timer alone is not enough, because it stops while the machine is suspended and does
/// not notice that the clock was changed.
const READING: Duration = Duration::from_secs(10);

/// A future that completes when a token expires. [`Access::expired`](crate::Access::expired) makes this future.
///
/// The future is `Unpin`, so you can move it at any time. You can poll the future again after it has completed. If you
/// call `select!` in a loop, pass `&mut expired` to `select!`.
///
/// # Examples
///
/// ```
/// use scopegate::{Access, Expired};
/// use tokio::sync::mpsc::Receiver;
///
/// /// Forwards messages until the token expires.
/// async fn forward(access: &Access, mut messages: Receiver<String>) {
///     let mut expired: Expired = access.expired();
///     loop {
///         tokio::select! {
///             () = &mut expired => break,
///             message = messages.recv() => match message {
///                 Some(message) => println!("{message}"),
///                 None => break,
///             },
///         }
///     }
/// }
/// ```
#[must_use = "a future waits for nothing unless it is awaited"]
pub struct Expired {
    until: Option<SystemTime>,
    timer: Option<Pin<Box<Sleep>>>,
    clock: fn() -> SystemTime,
}

impl Expired {
    pub(super) fn at(until: Option<SystemTime>) -> Self {
        Self { until, timer: None, clock: SystemTime::now }
    }

    fn end(&mut self) -> Poll<()> {
        self.timer = None;
        self.until = Some(UNIX_EPOCH);
        Poll::Ready(())
    }
}

impl Future for Expired {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let Some(until) = self.until else { return Poll::Pending };
        loop {
            let Some(left) = left(until, (self.clock)()) else { return self.end() };
            let timer = match &mut self.timer {
                Some(timer) => timer,
                // Without a runtime, nothing would wake the future, and a stream would continue after its token has
                // expired. So the future completes at once.
                None if Handle::try_current().is_err() => {
                    log::misconfigured(
                        "`Access::expired` needs a tokio runtime; without one it completes at once",
                    );
                    return self.end();
                }
                none => none.insert(Box::pin(sleep(left.min(READING)))),
            };
            ready!(timer.as_mut().poll(context));
            self.timer = None;
        }
    }
}

/// Returns the time until the token expires, or `None` if it has expired. If the clock shows a time before 1970, the
/// token counts as expired, because the clock must be wrong.
fn left(until: SystemTime, now: SystemTime) -> Option<Duration> {
    let left = until.duration_since(now).ok().filter(|left| !left.is_zero());
    left.filter(|_| now >= UNIX_EPOCH)
}

impl fmt::Debug for Expired {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Expired").field("until", &self.until).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use futures_util::FutureExt;
    use tokio::time::{Instant, advance, timeout};

    use super::*;

    const START: Duration = Duration::from_secs(1_000_000_000);

    thread_local! {
        static BEGAN: Cell<Option<Instant>> = const { Cell::new(None) };
        /// The number of seconds by which the clock was set forward, or for which the machine was suspended. If the
        /// number is negative, the clock was set back.
        static SET: Cell<i64> = const { Cell::new(0) };
    }

    /// A clock that follows tokio's paused clock.
    fn clock() -> SystemTime {
        let began = BEGAN.get().unwrap_or_else(|| {
            let now = Instant::now();
            BEGAN.set(Some(now));
            now
        });
        let time = UNIX_EPOCH + START + began.elapsed();
        match u64::try_from(SET.get()) {
            Ok(seconds) => time + Duration::from_secs(seconds),
            Err(_) => time - Duration::from_secs(SET.get().unsigned_abs()),
        }
    }

    fn expired_in(seconds: i64) -> Expired {
        let until = clock() + Duration::from_secs(u64::try_from(seconds.max(0)).expect("it is not negative"))
            - Duration::from_secs(u64::try_from((-seconds).max(0)).expect("it is not negative"));
        Expired { clock, ..Expired::at(Some(until)) }
    }

    async fn takes(expired: Expired) -> u64 {
        let began = Instant::now();
        expired.await;
        began.elapsed().as_secs()
    }

    #[tokio::test(start_paused = true)]
    async fn it_ends_when_the_token_does() {
        assert_eq!(takes(expired_in(3)).await, 3);
        assert_eq!(takes(expired_in(7 * 86_400)).await, 7 * 86_400);
        assert_eq!(expired_in(0).now_or_never(), Some(()));
        assert_eq!(expired_in(-5).now_or_never(), Some(()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_without_an_expiry_never_ends() {
        let century = Duration::from_secs(100 * 365 * 86_400);
        assert!(timeout(century, Expired::at(None)).await.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn a_suspended_machine_and_a_clock_that_is_set_are_noticed() {
        let mut expired = expired_in(3600);
        assert_eq!((&mut expired).now_or_never(), None);
        SET.set(3600);
        assert!(takes(expired).await <= READING.as_secs());

        let mut expired = expired_in(3600);
        assert_eq!((&mut expired).now_or_never(), None);
        SET.set(0);
        assert_eq!(takes(expired).await, 7200, "the clock was set back");
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_polls_it_reads_the_clock() {
        let mut expired = expired_in(60);
        assert_eq!((&mut expired).now_or_never(), None);
        SET.set(60);
        assert_eq!((&mut expired).now_or_never(), Some(()));
        SET.set(-60);
        assert_eq!(expired.now_or_never(), Some(()), "what ended does not begin again");
    }

    #[tokio::test(start_paused = true)]
    async fn a_broken_clock_ends_it() {
        let expired = expired_in(3600);
        SET.set(-2_000_000_000);
        assert_eq!(expired.now_or_never(), Some(()));
    }

    #[test]
    fn without_a_runtime_it_ends_at_once() {
        let until = SystemTime::now() + Duration::from_secs(3600);
        assert_eq!(Expired::at(Some(until)).now_or_never(), Some(()));
        assert_eq!(Expired::at(None).now_or_never(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn it_can_be_kept_anywhere() {
        fn check<T: Send + Sync + Unpin + 'static>(_: &T) {}
        let expired = expired_in(1);
        check(&expired);
        advance(Duration::from_secs(1)).await;
        tokio::spawn(expired).await.expect("it ends");
    }
}
