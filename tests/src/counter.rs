//! Counts events, so that a test notices one that must not happen.

use std::{
    convert::Infallible,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    task::{Context, Poll},
};

use axum::body::{Body, Bytes, HttpBody};
use http_body::Frame;

/// A counter that only grows. Clones share their count.
#[derive(Clone, Debug, Default)]
pub struct Counter(Arc<AtomicUsize>);

impl Counter {
    /// Counts one more.
    pub fn count(&self) {
        self.0.fetch_add(1, SeqCst);
    }

    /// Returns the count.
    #[must_use]
    pub fn get(&self) -> usize {
        self.0.load(SeqCst)
    }
}

/// Returns an empty body that counts each time it is read.
pub fn watched(reads: &Counter) -> Body {
    Body::new(Watched(reads.clone()))
}

struct Watched(Counter);

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.count();
        Poll::Ready(None)
    }
}
