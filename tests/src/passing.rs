//! Lets tests advance the clock, and wait for conditions.

use std::time::Duration;

use tokio::time;

/// Advances tokio's clock. Sockets are not affected.
pub async fn pass(duration: Duration) {
    time::pause();
    time::advance(duration).await;
    time::resume();
}

/// Waits until `condition` holds.
///
/// # Panics
///
/// If that takes more than five seconds.
pub async fn until(condition: impl Fn() -> bool) {
    for _ in 0..500 {
        if condition() {
            return;
        }
        time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the condition did not hold within five seconds");
}

/// Returns the output of a `future` that is ready at its first poll.
///
/// # Panics
///
/// If the future is not ready.
pub async fn at_once<T>(future: impl Future<Output = T>) -> T {
    time::timeout(Duration::ZERO, future).await.expect("the future is ready")
}
