//! Verifiers of tokens, one folder or file each.

#[cfg(feature = "jwt")]
mod jwt;
mod static_keys;

#[cfg(feature = "jwt")]
pub use jwt::JwtVerifier;
#[cfg(all(fuzzing, feature = "jwt"))]
pub use jwt::fuzzing;
pub(crate) use static_keys::Texts;
pub use static_keys::{InvalidKey, StaticKeys};
