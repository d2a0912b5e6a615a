//! Time that passes when a test says so, and waiting for what happens in its own time.

use std::time::Duration;

use tokio::time;

/// Lets time pass for the program, but not for its sockets.
pub async fn pass(duration: Duration) {
    time::pause();
    time::advance(duration).await;
    time::resume();
}

/// Waits until `condition` holds.
///
/// # Panics
///
/// When that takes more than five seconds.
pub async fn until(condition: impl Fn() -> bool) {
    for _ in 0..500 {
        if condition() {
            return;
        }
        time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it did not happen within five seconds");
}

/// Returns what `future` comes to if it waits for nothing at all.
///
/// # Panics
///
/// When it waits for something.
pub async fn at_once<T>(future: impl Future<Output = T>) -> T {
    time::timeout(Duration::ZERO, future).await.expect("it waits for nothing")
}
