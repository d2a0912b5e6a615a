//! Verifiers without their type.

use std::any::Any;

use stackfuture::StackFuture;

use crate::token::{Presented, Token, TokenVerifier, VerifyError};

/// [`TokenVerifier`] without its type, so that no generic leaks into the router.
pub(super) trait Verify: Send + Sync {
    fn verify<'a>(&'a self, presented: &'a Presented<'a>) -> Verifying<'a>;

    fn problems(&self) -> Vec<String>;

    /// Gives the type back, to those who know it.
    fn as_any(&self) -> &dyn Any;
}

/// How many bytes the future of a verifier may have without a box of its own: those of verifiers that look a token up fit, and
/// every request has room for them.
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
