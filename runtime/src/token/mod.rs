//! Tokens: what a verified one says, who verifies them, and where a request carries one.

mod credentials;
#[expect(clippy::module_inception, reason = "a token is what this folder is about")]
mod token;

pub(crate) use self::credentials::{Credentials, is_b64token};
pub use self::token::{Token, TokenVerifier, VerifyError};
