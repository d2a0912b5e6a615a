//! Tokens bound to a client's key by DPoP (RFC 9449).

mod replay;

pub use replay::{ProofId, ReplayStore, StoreError};
