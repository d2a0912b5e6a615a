//! Verifiers behind a trait object.

use std::any::Any;

use stackfuture::StackFuture;

use crate::token::{Presented, Token, TokenVerifier, VerifyError};

/// An object-safe [`TokenVerifier`], so that the router needs no type parameter for it.
pub(super) trait Verify: Send + Sync {
    fn verify<'a>(&'a self, presented: &'a Presented<'a>) -> Verifying<'a>;

    fn problems(&self) -> Vec<String>;

    /// Returns the verifier as [`Any`], for code that knows its type.
    fn as_any(&self) -> &dyn Any;
}

/// The most bytes that the future of a verifier may have without an allocation. Every request has this space, which is
/// enough for verifiers that look a token up.
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
