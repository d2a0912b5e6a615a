//! Verifiers behind a trait object.

use std::any::Any;

use stackfuture::StackFuture;

use crate::token::{Presented, Token, TokenVerifier, VerifyError};

/// An object-safe [`TokenVerifier`], so that gates and routers need no type parameter for the verifier.
pub(super) trait Verify: Send + Sync {
    fn verify<'a>(&'a self, presented: &'a Presented<'a>) -> Verifying<'a>;

    fn problems(&self) -> Vec<String>;

    /// Returns the verifier as [`Any`], so that code can downcast it to a known type.
    fn as_any(&self) -> &dyn Any;
}

/// The size, in bytes, up to which a verifier's `Future` needs no allocation. The `Future` of every request reserves
/// this space, which is enough for a verifier that only looks up a token.
const FUTURE: usize = 128;

pub(super) type Verifying<'a> = StackFuture<'a, Result<Token, VerifyError>, FUTURE>;

impl<V: TokenVerifier> Verify for V {
    fn verify<'a>(&'a self, presented: &'a Presented<'a>) -> Verifying<'a> {
        StackFuture::from_or_box(TokenVerifier::verify(self, presented))
    }

    fn problems(&self) -> Vec<String> {
        TokenVerifier::problems(self)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
