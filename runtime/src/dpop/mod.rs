//! Tokens bound to a client's key by DPoP (RFC 9449).

mod replay;

#[cfg(feature = "redis")]
pub use replay::RedisStore;
pub use replay::{ProofId, ReplayStore, StoreError};
