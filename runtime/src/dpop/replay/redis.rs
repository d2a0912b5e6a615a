//! Stores proofs in a Redis server that several replicas share.

mod link;

use std::{fmt, time::Duration};

use ::redis::{IntoConnectionInfo, RedisError, Value, cmd};
use tokio::{
    runtime::Handle,
    time::{Instant, timeout_at},
};

use self::link::Link;
use super::{ProofId, ReplayStore, StoreError};

/// How long a request waits for Redis.
const TIMEOUT: Duration = Duration::from_secs(1);

/// Stores proofs in a Redis server that all replicas of a resource share.
///
/// Each proof needs one command, `SET key 1 NX PX lifetime`. If two replicas send the same proof at the same time,
/// Redis tells only one of them that the proof is new. All replicas of a resource must use the same server, the same
/// database and the same [prefix](Self::prefix). You can use Valkey in place of Redis. The server must speak RESP3,
/// which Redis has supported since version 6.
///
/// # When Redis is unavailable
///
/// While Redis is unavailable, the gate cannot tell whether a proof is new. So it answers 503 with `Retry-After` to
/// each request with a valid proof. A request waits at most one second for Redis, including the time to connect. Set a
/// longer [timeout](Self::timeout) if your network is slow. The program can start while Redis is down, and accepts
/// proofs as soon as Redis answers.
///
/// # What Redis must not forget
///
/// If Redis forgets a proof, the proof can be used again as long as its `iat` is within the
/// [window](crate::dpop::Dpop::window). To prevent this:
///
/// - Give Redis enough memory, and keep `maxmemory-policy` at `noeviction`, the default. With any other policy, a full
///   Redis removes proofs to make room. With `noeviction`, a full Redis refuses new proofs, and requests get 503. Redis
///   needs about 160 bytes for each proof until the proof expires.
/// - Make Redis write its data to disk (`appendonly yes`), because otherwise Redis loses proofs when it restarts. With
///   `appendonly yes` alone, Redis writes to disk once a second, so the proofs of the last second can be lost. With
///   both `appendonly yes` and `appendfsync always`, no proofs are lost.
/// - Connect to the primary, because a Redis replica accepts no writes. After a failover, the new primary can lack the
///   latest proofs, because Redis replicates asynchronously.
///
/// Unlike the store in memory, this store does not limit the number of proofs for each client's key. So limit the
/// request rate of each client, for example in a proxy in front of the gate.
///
/// # Examples
///
/// ```
/// use scopegate::dpop::{Dpop, RedisStore};
///
/// let store = RedisStore::new("redis://:secret@redis.internal:6379/0")?.prefix("files:dpop:");
/// let dpop = Dpop::required().replay_store(store);
/// # Ok::<(), scopegate::dpop::StoreError>(())
/// ```
#[must_use]
pub struct RedisStore {
    link: Link,
    prefix: String,
    timeout: Duration,
}

impl RedisStore {
    /// Makes a store that keeps the proofs in the Redis server at `url`. The URL has the form
    /// `redis://[username][:password@]host[:port][/database]`, or `rediss://..` with the feature `redis-tls`.
    ///
    /// The store connects when it receives the first proof. If the store loses the connection, it connects again when
    /// it receives the next proof.
    ///
    /// # Errors
    ///
    /// Fails if `url` is not the URL of a Redis server.
    pub fn new(url: &str) -> Result<Self, StoreError> {
        let info = url.into_connection_info().map_err(|error| {
            // The client library's error texts are constants, so they do not show the URL, which can contain a
            // password.
            StoreError::new(format!(
                "this is not the URL of a Redis server: {error}; write for example `redis://127.0.0.1:6379/0`"
            ))
        })?;
        let link = Link::to(info).map_err(StoreError::new)?;
        Ok(Self { link, prefix: "scopegate:dpop:".to_owned(), timeout: TIMEOUT })
    }

    /// Sets the prefix of the keys in Redis. The default is `scopegate:dpop:`.
    ///
    /// Replicas of one resource must use the same prefix. Other programs on the same Redis server must use other
    /// prefixes.
    ///
    /// ```
    /// use scopegate::dpop::RedisStore;
    ///
    /// let store = RedisStore::new("redis://127.0.0.1")?.prefix("files:dpop:");
    /// # Ok::<(), scopegate::dpop::StoreError>(())
    /// ```
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// Sets how long a request waits for Redis before the gate answers 503. The default is one second.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use scopegate::dpop::RedisStore;
    ///
    /// let store = RedisStore::new("redis://127.0.0.1")?.timeout(Duration::from_millis(250));
    /// # Ok::<(), scopegate::dpop::StoreError>(())
    /// ```
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    fn late(&self, what: &str) -> StoreError {
        StoreError::new(format!("{what} {} within {} ms", self.link.address(), self.timeout.as_millis()))
    }

    fn failed(&self, error: &RedisError) -> StoreError {
        StoreError::new(format!("Redis at {}: {error}", self.link.address()))
    }
}

impl ReplayStore for RedisStore {
    async fn insert(&self, proof: &ProofId, lifetime: Duration) -> Result<bool, StoreError> {
        if Handle::try_current().is_err() {
            return Err(StoreError::new("the store was called outside a tokio runtime"));
        }
        let Some(deadline) = Instant::now().checked_add(self.timeout) else {
            return Err(StoreError::new("its timeout is longer than a clock counts"));
        };
        let mut command = cmd("SET");
        command.arg(format!("{}{proof}", self.prefix)).arg(1).arg("NX").arg("PX").arg(milliseconds(lifetime));

        let connecting = timeout_at(deadline, self.link.connection());
        let connection = connecting.await.map_err(|_| self.late("cannot connect to Redis at"))?;
        let mut connection = connection.map_err(|error| self.failed(&error))?;
        let Ok(answer) = timeout_at(deadline, command.query_async(&mut connection.multiplexed)).await else {
            // Perhaps the answer never comes, for example because the network drops packets.
            connection.close();
            return Err(self.late("there is no answer from Redis at"));
        };
        match answer {
            Ok(Value::Okay) => Ok(true),
            Ok(Value::Nil) => Ok(false),
            Ok(_) => Err(StoreError::new(format!("Redis at {} gave no answer to SET", self.link.address()))),
            Err(error) => {
                connection.close_after(&error);
                Err(self.failed(&error))
            }
        }
    }

    fn survives_restart(&self) -> bool {
        true
    }
}

/// Returns the lifetime in milliseconds, as Redis expects it.
///
/// The result is rounded up, so that Redis does not forget a proof too early. The result is at least 1, and Redis can
/// add it to the current time without an overflow.
fn milliseconds(lifetime: Duration) -> u64 {
    const LONGEST: u64 = u64::MAX >> 2;
    u64::try_from(lifetime.as_millis()).unwrap_or(LONGEST).saturating_add(1).min(LONGEST)
}

impl fmt::Debug for RedisStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { link, prefix, timeout } = self;
        f.debug_struct("RedisStore")
            .field("address", &link.address())
            .field("prefix", prefix)
            .field("timeout", timeout)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
