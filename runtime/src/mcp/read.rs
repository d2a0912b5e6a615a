//! Reads a body of a bounded length, of which the service gets the same bytes.

use axum::body::{Body, Bytes};
use bytes::BytesMut;
use http::{header::CONTENT_LENGTH, request::Parts};
use http_body_util::BodyExt;

use super::{answer::Answer, layer::MAX_BODY};

/// Reads all of a body. What comes in one piece, as short messages do, is not copied.
pub(super) async fn read(body: Body, parts: &Parts, limit: usize) -> Result<Bytes, Answer> {
    let length = parts.headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    if length.is_some_and(|length: usize| length > limit) {
        return Err(Answer::too_large(limit));
    }
    let mut pieces = Pieces { body, limit, left: limit };
    let Some(first) = pieces.next().await? else { return Ok(Bytes::new()) };
    let Some(second) = pieces.next().await? else { return Ok(first) };
    // Together at once, since a piece may be a byte, and one that is kept costs more than that. What a header promises is
    // believed within limits, whatever the server's.
    let mut whole = BytesMut::with_capacity(length.unwrap_or(first.len() + second.len()).min(MAX_BODY));
    whole.extend_from_slice(&first);
    whole.extend_from_slice(&second);
    while let Some(piece) = pieces.next().await? {
        whole.extend_from_slice(&piece);
    }
    Ok(whole.freeze())
}

struct Pieces {
    body: Body,
    limit: usize,
    left: usize,
}

impl Pieces {
    /// Returns the next piece; trailers are none.
    async fn next(&mut self) -> Result<Option<Bytes>, Answer> {
        while let Some(frame) = self.body.frame().await {
            let Ok(piece) = frame.map_err(|_| Answer::broken_body())?.into_data() else { continue };
            let left = self.left.checked_sub(piece.len());
            self.left = left.ok_or_else(|| Answer::too_large(self.limit))?;
            return Ok(Some(piece));
        }
        Ok(None)
    }
}
