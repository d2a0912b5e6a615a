//! Verifiers of tokens, one folder or file each.

#[cfg(feature = "introspection")]
#[allow(dead_code, reason = "its caller, the verifier of several issuers, is yet to come")]
mod introspection;
#[cfg(feature = "jwt")]
mod jwt;
mod static_keys;

#[cfg(feature = "introspection")]
pub use introspection::Introspection;
#[cfg(feature = "jwt")]
pub use jwt::JwtVerifier;
#[cfg(all(fuzzing, feature = "jwt"))]
pub use jwt::fuzzing;
pub(crate) use static_keys::Texts;
pub use static_keys::{InvalidKey, StaticKeys};
