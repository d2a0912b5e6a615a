//! Tokens bound to a client's key by DPoP ([RFC 9449]).
//!
//! For each request, a client signs a proof with its own key. The authorization server binds the token to that key, so
//! a stolen token is useless without the key. With [`Gate::dpop`](crate::Gate::dpop) and the settings in [`Dpop`], a
//! gate accepts tokens that are bound to a key:
//!
//! ```
//! use scopegate::{Gate, Resource, dpop::Dpop};
//!
//! let resource = Resource::new("https://files.example.com")?.authorization_server("https://auth.example.com")?;
//! let gate = Gate::jwt(resource).dpop(Dpop::required());
//! # Ok::<(), scopegate::InvalidResource>(())
//! ```
//!
//! The [guide](crate::guide::dpop) explains which checks the gate makes, what it answers, and how to use DPoP
//! with replicas and across restarts.
//!
//! [RFC 9449]: https://www.rfc-editor.org/rfc/rfc9449

mod check;
mod claims;
mod config;
mod erased;
mod htu;
mod key;
mod nonce;
mod proof;
mod replay;

#[cfg(feature = "redis")]
pub use self::replay::RedisStore;
pub use self::{
    config::Dpop,
    replay::{MemoryStore, ProofId, ReplayStore, StoreError},
};

pub(crate) use self::check::Refusal;

/// The header that carries a proof ([RFC 9449, section 4.1](https://www.rfc-editor.org/rfc/rfc9449#section-4.1)).
pub(crate) const PROOF: http::HeaderName = http::HeaderName::from_static("dpop");
