//! What is logged while something happens.

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

/// Returns what `happening` comes to, and what this thread logged meanwhile, down to `level`.
///
/// # Panics
///
/// When that is not UTF-8.
pub async fn log_while<T>(level: Level, happening: impl Future<Output = T>) -> (T, String) {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt().with_writer(log.clone()).with_ansi(false).without_time();
    let guard = tracing::subscriber::set_default(subscriber.with_max_level(level).finish());
    let outcome = happening.await;
    drop(guard);
    let bytes = log.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    (outcome, String::from_utf8(bytes).expect("a log is text"))
}

/// Has everything heard that nobody asks for, by somebody who writes nothing.
///
/// Who hears of an event is settled when it first happens, and again when somebody starts to listen. Where both are at the same time, in
/// two tests of a file, who listens may hear nothing. So tests beside those that use [`log_while`] call this before they do anything.
///
/// # Panics
///
/// When somebody else has set a subscriber for the whole process.
pub fn hear_everything() {
    static HEARD: Once = Once::new();
    HEARD.call_once(|| {
        let subscriber = tracing_subscriber::fmt().with_writer(io::sink).with_max_level(Level::TRACE);
        tracing::subscriber::set_global_default(subscriber.finish()).expect("nobody else sets one");
    });
}
