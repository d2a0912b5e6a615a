//! A body that never ends.

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
};

use axum::body::{Body, Bytes, HttpBody};
use http_body::Frame;

/// A body whose pieces are ready at once, and which never ends.
struct Endless {
    pieces: usize,
    piece: Bytes,
}

impl HttpBody for Endless {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let Some(left) = self.pieces.checked_sub(1) else { return Poll::Pending };
        self.pieces = left;
        Poll::Ready(Some(Ok(Frame::data(self.piece.clone()))))
    }
}

/// Returns a body with `pieces` copies of a piece, ready at once, and no end.
pub fn endless(pieces: usize, piece: impl Into<Bytes>) -> Body {
    Body::new(Endless { pieces, piece: piece.into() })
}
