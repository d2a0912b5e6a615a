//! Reads a body within limits of length, time and memory. The service gets exactly the bytes that the gate read.

use std::{future::poll_fn, pin::pin, sync::Arc, task::Poll, time::Duration};

use axum::body::{Body, Bytes, HttpBody};
use http::{HeaderMap, header::CONTENT_LENGTH};
use http_body_util::BodyExt;
use tokio::{runtime::Handle, time::timeout};

use super::{
    memory::{Full, Memory},
    protocol_error::ProtocolError,
};

/// The limits for the bodies that one layer reads.
#[derive(Clone, Debug)]
pub(super) struct Bounds {
    /// The maximum length of a body, in bytes.
    pub(super) length: usize,
    /// How long a client may take to send a body.
    pub(super) timeout: Duration,
    /// The memory limit for all bodies together. The clones of a layer share this limit.
    pub(super) memory: Arc<Memory>,
}

/// The maximum length of a body, in bytes. rmcp has the same limit.
pub(super) const MAX_BODY: usize = 4 * 1024 * 1024;
/// The maximum length, in bytes, of a body in a request without a token. Most calls to public tools fit within this
/// limit. Even many bodies of this length take little memory.
pub(super) const MAX_BODY_OF_ANYONE: usize = 64 * 1024;
pub(super) const TIMEOUT: Duration = Duration::from_secs(30);
pub(super) const MAX_MEMORY: usize = 16 * MAX_BODY;

impl Default for Bounds {
    fn default() -> Self {
        Self { length: MAX_BODY, timeout: TIMEOUT, memory: Arc::new(Memory::new(MAX_MEMORY)) }
    }
}

/// Reads a whole body. A body that arrives in one piece, such as a short message, is not copied. If this piece is known
/// to be the last, the body does not count against the memory limit.
pub(super) async fn read(body: Body, headers: &HeaderMap, bounds: &Bounds) -> Result<Bytes, ProtocolError> {
    let mut reading = pin!(collect(body, headers, bounds));
    // A body that has already arrived needs no timer.
    if let Poll::Ready(outcome) = poll_fn(|cx| Poll::Ready(reading.as_mut().poll(cx))).await {
        return outcome;
    }
    // Outside a tokio runtime, no deadline is possible, and a timer would panic.
    if Handle::try_current().is_err() {
        return Err(ProtocolError::no_clock());
    }
    timeout(bounds.timeout, reading).await.unwrap_or_else(|_| Err(ProtocolError::too_slow()))
}

async fn collect(body: Body, headers: &HeaderMap, bounds: &Bounds) -> Result<Bytes, ProtocolError> {
    let limit = bounds.length.min(bounds.memory.most());
    let announced = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    if announced.is_some_and(|length: usize| length > limit) {
        return Err(ProtocolError::too_large(limit));
    }
    let mut pieces = Pieces { body, limit, left: limit };
    let Some(first) = pieces.next().await? else { return Ok(Bytes::new()) };
    if pieces.body.is_end_stream() {
        return Ok(first);
    }
    let mut share = bounds.memory.share();
    share.grow_to(first.len())?;
    let Some(second) = pieces.next().await? else { return Ok(first) };
    // The pieces are joined as they arrive, because many small pieces would take more memory if each were kept
    // separately.
    let mut whole = Vec::new();
    let (mut piece, mut next) = (first, Some(second));
    loop {
        let needed = whole.len() + piece.len();
        if needed > whole.capacity() {
            let room = room(needed, announced, limit);
            share.grow_to(room)?;
            whole.reserve_exact(room - whole.len());
        }
        whole.extend_from_slice(&piece);
        piece = match next.take() {
            Some(next) => next,
            None => match pieces.next().await? {
                Some(piece) => piece,
                None => return Ok(whole.into()),
            },
        };
    }
}

/// Returns how many bytes to reserve for a body that has at least `needed` bytes. The result is at most four times
/// `needed`, because the body can be shorter than the announced length.
fn room(needed: usize, announced: Option<usize>, limit: usize) -> usize {
    let likely = match announced {
        Some(announced) => announced.min(needed.saturating_mul(4)),
        None => 0,
    };
    let likely = if likely < needed { needed.saturating_mul(2) } else { likely };
    likely.min(limit).max(needed)
}

impl From<Full> for ProtocolError {
    fn from(_: Full) -> Self {
        Self::no_room()
    }
}

struct Pieces {
    body: Body,
    limit: usize,
    left: usize,
}

impl Pieces {
    /// Returns the next piece. Trailers are dropped.
    async fn next(&mut self) -> Result<Option<Bytes>, ProtocolError> {
        while let Some(frame) = self.body.frame().await {
            let Ok(piece) = frame.map_err(|_| ProtocolError::broken_body())?.into_data() else { continue };
            let left = self.left.checked_sub(piece.len());
            self.left = left.ok_or_else(|| ProtocolError::too_large(self.limit))?;
            return Ok(Some(piece));
        }
        Ok(None)
    }
}
