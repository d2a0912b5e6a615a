//! The stores of used proofs.

mod memory;
mod proof_id;
#[cfg(feature = "redis")]
mod redis;

use std::{error::Error, fmt, sync::Arc, time::Duration};

#[cfg(feature = "redis")]
pub use self::redis::RedisStore;
pub use self::{memory::MemoryStore, proof_id::ProofId};
use crate::shown::debug_as_display;

/// Remembers which proofs a gate has seen.
///
/// A proof is valid for one request (RFC 9449, section 11.1). The gate checks the token and the proof's signature
/// before it passes the proof to its store. Therefore, only a client with a bound token from a trusted issuer can fill
/// the store.
///
/// A store **must not forget** a proof before the proof's lifetime ends. A full store returns [`StoreError::full`], and
/// the gate answers 503.
///
/// # Examples
///
/// ```
/// use std::{collections::HashMap, sync::Mutex, time::{Duration, Instant}};
///
/// use scopegate::dpop::{Dpop, ProofId, ReplayStore, StoreError};
///
/// /// Stores every proof until it expires, without a limit.
/// #[derive(Default)]
/// struct Unlimited(Mutex<HashMap<ProofId, Instant>>);
///
/// impl ReplayStore for Unlimited {
///     async fn insert(&self, proof: &ProofId, lifetime: Duration) -> Result<bool, StoreError> {
///         let mut proofs = self.0.lock().map_err(|_| StoreError::new("a thread panicked with the lock"))?;
///         let now = Instant::now();
///         proofs.retain(|_, expires| *expires > now);
///         Ok(proofs.insert(*proof, now + lifetime).is_none())
///     }
/// }
///
/// let dpop = Dpop::accepted().replay_store(Unlimited::default());
/// ```
pub trait ReplayStore: Send + Sync + 'static {
    /// Stores a proof for `lifetime`, and returns whether the proof is new.
    ///
    /// Of several simultaneous calls for the same new proof, exactly one must return `true`.
    ///
    /// # Errors
    ///
    /// Fails if the store cannot look up or store the proof. The gate then answers 503.
    fn insert(
        &self,
        proof: &ProofId,
        lifetime: Duration,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Tells whether stored proofs survive a restart of the program.
    ///
    /// If proofs do not survive a restart, the gate asks each client for a nonce during the first window after the
    /// start of the program. So nobody can reuse a proof that was used before the restart.
    fn survives_restart(&self) -> bool {
        false
    }
}

/// Lets several gates share a store and its proofs.
impl<S: ReplayStore> ReplayStore for Arc<S> {
    async fn insert(&self, proof: &ProofId, lifetime: Duration) -> Result<bool, StoreError> {
        S::insert(self, proof, lifetime).await
    }

    fn survives_restart(&self) -> bool {
        S::survives_restart(self)
    }
}

/// The reason why a store cannot tell whether a proof is new. The gate answers 503 with `Retry-After` and logs the
/// reason.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use scopegate::dpop::StoreError;
///
/// let error = StoreError::full(Duration::from_secs(2));
/// assert_eq!(error.retry_after(), Duration::from_secs(2));
/// assert_eq!(StoreError::new("no route to host").to_string(), "the store of proofs failed: no route to host");
/// ```
pub struct StoreError(Kind);

type Source = Box<dyn Error + Send + Sync>;

enum Kind {
    Failed(Source),
    Full { retry_after: Duration },
}

/// How long clients should wait after the store failed. The time is short, because stores such as Redis recover
/// quickly.
const RETRY_AFTER: Duration = Duration::from_secs(5);

impl StoreError {
    /// Makes the error for a store that failed or that cannot be reached.
    ///
    /// `reason` is a text or an error. The gate logs the reason, so the reason must not contain a password.
    pub fn new(reason: impl Into<Source>) -> Self {
        Self(Kind::Failed(reason.into()))
    }

    /// Makes the error for a full store. `retry_after` is the time until the store has room for the proof.
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
            Kind::Failed(reason) => write!(f, "the store of proofs failed: {reason}"),
            Kind::Full { retry_after } => {
                write!(f, "the store of proofs has no room before {} ms have passed", retry_after.as_millis())
            }
        }
    }
}

debug_as_display!(StoreError);

impl Error for StoreError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.0 {
            Kind::Failed(reason) => Some(reason.as_ref()),
            Kind::Full { .. } => None,
        }
    }
}
