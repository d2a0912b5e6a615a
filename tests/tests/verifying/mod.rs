//! Verifies the text of a token without a request.

use scopegate::{Presented, Token, TokenVerifier, VerifyError};

pub(crate) trait VerifyText {
    fn verify_text(&self, token: &str) -> impl Future<Output = Result<Token, VerifyError>> + Send;
}

impl<V: TokenVerifier> VerifyText for V {
    async fn verify_text(&self, token: &str) -> Result<Token, VerifyError> {
        self.verify(&Presented::from(token)).await
    }
}

/// Tells whether the error means that this resource does not accept the token.
pub(crate) fn is_invalid(error: &VerifyError) -> bool {
    !error.is_expired() && error.retry_after().is_none()
}
