//! Captures logs.

use std::{
    io,
    sync::{Arc, Mutex, Once, PoisonError},
};

use tracing::Level;
use tracing_subscriber::fmt::MakeWriter;

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// Awaits `happening` and returns its output, and what this thread logged meanwhile at `level` or above.
///
/// # Panics
///
/// If the log is not UTF-8.
pub async fn log_while<T>(level: Level, happening: impl Future<Output = T>) -> (T, String) {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt().with_writer(log.clone()).with_ansi(false).without_time();
    let guard = tracing::subscriber::set_default(subscriber.with_max_level(level).finish());
    let outcome = happening.await;
    drop(guard);
    let bytes = log.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    (outcome, String::from_utf8(bytes).expect("a log is text"))
}

/// Returns the hashes of tokens in a log, in their order.
pub fn tokens_in(log: &str) -> impl Iterator<Item = &str> {
    log.split(" token=").skip(1).filter_map(|behind| behind.get(..64))
}

/// Returns the log without the hashes of tokens.
pub fn without_tokens(log: &str) -> String {
    tokens_in(log).fold(log.to_owned(), |log, token| log.replace(&format!(" token={token}"), ""))
}

/// Installs a global subscriber that enables all events and writes nothing.
///
/// `tracing` caches which subscribers want an event when the event first happens, and again when a subscriber is set. If both happen at
/// once in two tests of a file, a subscriber may miss the event. So tests in a file that uses [`log_while`] call this first.
///
/// # Panics
///
/// If another subscriber is set for the whole process.
pub fn hear_everything() {
    static HEARD: Once = Once::new();
    HEARD.call_once(|| {
        let subscriber = tracing_subscriber::fmt().with_writer(io::sink).with_max_level(Level::TRACE);
        tracing::subscriber::set_global_default(subscriber.finish()).expect("another subscriber is set");
    });
}
