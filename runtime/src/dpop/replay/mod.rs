//! Where a gate remembers which proofs it has seen.

mod memory;
mod proof_id;
#[cfg(feature = "redis")]
mod redis;

use std::{error::Error, fmt, sync::Arc, time::Duration};

#[cfg(feature = "redis")]
pub use self::redis::RedisStore;
pub use self::{memory::MemoryStore, proof_id::ProofId};

/// Where a gate remembers which proofs it has seen.
///
/// A proof is good for one request (RFC 9449, section 11.1). The gate asks its store about every proof that is otherwise
/// right, after the token and the signature, so nobody without a bound token of a trusted issuer can fill the store.
///
/// A store **must not forget** a proof before its lifetime is over, not even when it is full: it then returns
/// [`StoreError::full`], and the gate answers 503.
pub trait ReplayStore: Send + Sync + 'static {
    /// Remembers a proof for `lifetime`, and tells whether it is new.
    ///
    /// Of several calls at the same time for one proof, exactly one returns `true`.
    ///
    /// # Errors
    ///
    /// Fails if the store cannot tell or cannot remember the proof. The gate then answers 503 and admits nothing.
    fn insert(
        &self,
        proof: &ProofId,
        lifetime: Duration,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Tells whether what is remembered outlives the program.
    ///
    /// Where it does not, the gate asks each client for a nonce after a start, so that no proof from before is used again.
    fn survives_restart(&self) -> bool {
        false
    }
}

/// So that several gates can share a store, and what it remembers.
impl<S: ReplayStore> ReplayStore for Arc<S> {
    async fn insert(&self, proof: &ProofId, lifetime: Duration) -> Result<bool, StoreError> {
        S::insert(self, proof, lifetime).await
    }

    fn survives_restart(&self) -> bool {
        S::survives_restart(self)
    }
}

/// Why a store cannot tell whether a proof is new. The gate answers 503 with `Retry-After`; the details go to the log.
#[derive(Debug)]
pub struct StoreError(Kind);

type Source = Box<dyn Error + Send + Sync>;

#[derive(Debug)]
enum Kind {
    Failed(Source),
    Full { retry_after: Duration },
}

/// How long clients wait for a store that fails. Nobody knows how long it lasts, and stores such as Redis are back soon.
const RETRY_AFTER: Duration = Duration::from_secs(5);

impl StoreError {
    /// The store cannot be asked now.
    ///
    /// The reason, a text or an error, is logged, so it must not have a password in it.
    pub fn new(reason: impl Into<Source>) -> Self {
        Self(Kind::Failed(reason.into()))
    }

    /// The store has no room for the proof before `retry_after` is over.
    #[must_use]
    pub const fn full(retry_after: Duration) -> Self {
        Self(Kind::Full { retry_after })
    }

    /// Returns how long clients should wait before they try again.
    #[must_use]
    pub const fn retry_after(&self) -> Duration {
        match self.0 {
            Kind::Failed(_) => RETRY_AFTER,
            Kind::Full { retry_after } => retry_after,
        }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Failed(reason) => write!(f, "the store of proofs cannot be asked: {reason}"),
            Kind::Full { retry_after } => {
                write!(f, "the store of proofs has no room before {} ms have passed", retry_after.as_millis())
            }
        }
    }
}

impl Error for StoreError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.0 {
            Kind::Failed(reason) => Some(reason.as_ref()),
            Kind::Full { .. } => None,
        }
    }
}
