//! Tokens: where a request carries one, who verifies it, and what a verified one says.

mod claims;
mod credentials;
mod error;
mod presented;
mod principal;
mod source;
#[expect(clippy::module_inception, reason = "a token is what this folder is about")]
mod token;
mod verifier;

pub use self::{
    claims::InvalidClaims,
    error::VerifyError,
    presented::{Presented, Scheme},
    principal::Principal,
    source::CredentialSource,
    token::Token,
    verifier::TokenVerifier,
};
pub(crate) use self::{
    credentials::{Credentials, is_b64token},
    source::{Seen, Sources},
};
