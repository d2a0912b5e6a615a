//! Verifiers of access tokens.

mod jwt;

pub use jwt::JwtVerifier;
