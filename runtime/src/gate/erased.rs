//! Verifiers without their type.

use std::pin::Pin;

use crate::token::{Presented, Token, TokenVerifier, VerifyError};

/// [`TokenVerifier`] without its type, so that no generic leaks into the router.
pub(super) trait Verify: Send + Sync {
    fn verify<'a>(&'a self, presented: &'a Presented<'a>) -> Verifying<'a>;

    fn problems(&self) -> Vec<String>;
}

pub(super) type Verifying<'a> = Pin<Box<dyn Future<Output = Result<Token, VerifyError>> + Send + 'a>>;

impl<V: TokenVerifier> Verify for V {
    fn verify<'a>(&'a self, presented: &'a Presented<'a>) -> Verifying<'a> {
        Box::pin(TokenVerifier::verify(self, presented))
    }

    fn problems(&self) -> Vec<String> {
        TokenVerifier::problems(self)
    }
}
