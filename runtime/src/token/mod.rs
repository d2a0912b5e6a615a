//! Tokens: their place in a request, their verification, and their claims.

mod claims;
mod client_certificate;
mod confirmation;
mod credential_source;
mod credentials;
mod error;
mod presented;
mod principal;
#[expect(clippy::module_inception, reason = "a token is what this folder is about")]
mod token;
mod token_id;
mod verifier;

pub use self::{
    claims::InvalidClaims,
    client_certificate::ClientCertificate,
    credential_source::CredentialSource,
    error::VerifyError,
    presented::{Presented, Scheme},
    principal::Principal,
    token::Token,
    token_id::TokenId,
    verifier::TokenVerifier,
};
pub(crate) use self::{
    confirmation::Confirmation,
    credential_source::{Seen, Sources},
    credentials::{Credentials, is_b64token},
};
