//! Verifiers without their type.

#[cfg(feature = "export")]
use std::any::Any;
use std::pin::Pin;

use crate::token::{Presented, Token, TokenVerifier, VerifyError};

/// [`TokenVerifier`] without its type, so that no generic leaks into the router.
pub(super) trait Verify: Send + Sync {
    fn verify<'a>(&'a self, presented: &'a Presented<'a>) -> Verifying<'a>;

    fn problems(&self) -> Vec<String>;

    /// Gives the type back, to those who know it.
    #[cfg(feature = "export")]
    fn as_any(&self) -> &dyn Any;
}

pub(super) type Verifying<'a> = Pin<Box<dyn Future<Output = Result<Token, VerifyError>> + Send + 'a>>;

impl<V: TokenVerifier> Verify for V {
    fn verify<'a>(&'a self, presented: &'a Presented<'a>) -> Verifying<'a> {
        Box::pin(TokenVerifier::verify(self, presented))
    }

    fn problems(&self) -> Vec<String> {
        TokenVerifier::problems(self)
    }

    #[cfg(feature = "export")]
    fn as_any(&self) -> &dyn Any {
        self
    }
}
