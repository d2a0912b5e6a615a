//! Verifiers of tokens, and the issuers whose tokens they verify.

#[cfg(feature = "introspection")]
mod introspection;
#[cfg(feature = "jwt")]
pub(crate) mod issuer;
#[cfg(feature = "jwt")]
mod issuers;
#[cfg(feature = "jwt")]
pub(crate) mod jwt;
mod known;
#[cfg(feature = "introspection")]
mod opaque;
mod static_keys;

#[cfg(feature = "introspection")]
pub use introspection::Introspection;
#[cfg(all(fuzzing, feature = "jwt"))]
pub use jwt::fuzzing;
#[cfg(feature = "export")]
pub(crate) use known::KnownVerifier;
#[cfg(feature = "jwt")]
pub(crate) use known::issuers_in;
pub(crate) use known::keys_in;
pub(crate) use static_keys::Texts;
pub use static_keys::{InvalidKey, StaticKeys};
#[cfg(feature = "jwt")]
pub use {issuer::Issuer, issuers::Issuers};
