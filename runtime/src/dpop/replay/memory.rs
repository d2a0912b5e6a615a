//! Stores proofs in the memory of one process.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap, HashSet, hash_map::Entry},
    fmt,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use super::{ProofId, ReplayStore, StoreError};

/// The default capacity, in proofs. A proof takes at most about 120 bytes, so a full store takes 32 MB.
const CAPACITY: usize = 1 << 18;

/// The limit for the proofs of one client key is the capacity divided by this number. Because of this limit, a flood of
/// proofs of one key does not block the proofs of other keys.
const CLIENTS: usize = 16;

/// Stores up to a fixed number of proofs in the memory of this process, and keeps each proof until it expires.
///
/// A full store refuses new proofs, because dropping an unexpired proof would allow a replay. The proofs of one client
/// key fill at most a sixteenth of the capacity. Because of this limit, a flood of proofs of one key does not block the
/// proofs of other keys.
///
/// # Examples
///
/// With a window of 5 minutes, this store has room for the proofs of 14,000 requests a second:
///
/// ```
/// use scopegate::dpop::{Dpop, MemoryStore};
///
/// let dpop = Dpop::required().replay_store(MemoryStore::with_capacity(1 << 22));
/// ```
pub struct MemoryStore {
    start: Instant,
    proofs: Mutex<Proofs>,
}

impl MemoryStore {
    /// Makes a store for `capacity` proofs. The default is 262,144. A stored proof takes about 120 bytes.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        let proofs = Proofs::new(capacity, (capacity / CLIENTS).max(1));
        Self { start: Instant::now(), proofs: Mutex::new(proofs) }
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::with_capacity(CAPACITY)
    }
}

impl ReplayStore for MemoryStore {
    async fn insert(&self, proof: &ProofId, lifetime: Duration) -> Result<bool, StoreError> {
        // The clock is read while the lock is held, so that a later call never has an earlier time.
        let mut proofs = self.proofs.lock().unwrap_or_else(PoisonError::into_inner);
        proofs.insert(proof, self.start.elapsed(), lifetime)
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").finish_non_exhaustive()
    }
}

/// The first half of a hash. Half of a hash is enough, because nobody can find a proof or a key whose hash begins with
/// 16 given bytes. If the hashes of two proofs happen to have the same first half, the second proof is refused.
type Half = [u8; 16];

fn half(bytes: &[u8; 32]) -> Half {
    std::array::from_fn(|at| bytes[at])
}

/// The proofs. All times are measured from the moment at which the store was made.
struct Proofs {
    seen: HashSet<Half>,
    /// The entries of `seen`, ordered by expiry.
    expiring: BinaryHeap<Reverse<Expiring>>,
    /// The number of entries of each key. A key without entries is removed.
    held: HashMap<Half, u32>,
    /// The time at which the last entry expires.
    last: Duration,
    capacity: usize,
    quota: usize,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Expiring {
    at: Duration,
    proof: Half,
    key: Half,
}

/// The largest number of expired proofs that a call to `insert` normally removes. In two cases, a call removes all
/// expired proofs: if every stored proof has expired, or if the store would otherwise refuse the new proof. A call adds
/// at most one proof but can remove several, so calls can remove expired proofs faster than they add new ones. The
/// number is small, so that the removal hardly delays a request.
const SWEPT: usize = 4;

impl Proofs {
    fn new(capacity: usize, quota: usize) -> Self {
        let (seen, expiring, held, last) = Default::default();
        Self { seen, expiring, held, last, capacity, quota }
    }

    fn insert(&mut self, proof: &ProofId, now: Duration, lifetime: Duration) -> Result<bool, StoreError> {
        let (key, proof) = (half(proof.key()), half(proof.as_bytes()));
        self.sweep(now, SWEPT);
        if self.is_taken(&proof, &key) {
            // Before the proof is refused, remove all expired entries, because they may be the cause of the refusal.
            // Each entry is removed only once, so this costs little on average.
            self.sweep(now, usize::MAX);
        }
        if self.seen.contains(&proof) {
            return Ok(false);
        }
        if self.is_full_for(&key) {
            return Err(StoreError::full(self.next_room(now)));
        }
        let at = now.saturating_add(lifetime);
        self.last = self.last.max(at);
        self.seen.insert(proof);
        self.expiring.push(Reverse(Expiring { at, proof, key }));
        *self.held.entry(key).or_default() += 1;
        Ok(true)
    }

    fn is_taken(&self, proof: &Half, key: &Half) -> bool {
        self.seen.contains(proof) || self.is_full_for(key)
    }

    fn is_full_for(&self, key: &Half) -> bool {
        let held = self.held.get(key).map_or(0, |held| *held as usize);
        held >= self.quota || self.seen.len() >= self.capacity
    }

    /// Returns the time until the next proof expires. The result is at least one second, because clients receive
    /// `Retry-After` in whole seconds.
    fn next_room(&self, now: Duration) -> Duration {
        let next = self.expiring.peek().map_or(now, |Reverse(next)| next.at);
        next.saturating_sub(now).max(Duration::from_secs(1))
    }

    /// Removes up to `at_most` expired proofs. If all proofs have expired, removes them all, regardless of `at_most`.
    fn sweep(&mut self, now: Duration, at_most: usize) {
        if self.last <= now {
            // All entries have expired, as happens after a time without requests. They are removed together, because
            // removing them one by one would delay this request.
            self.seen.clear();
            self.expiring.clear();
            self.held.clear();
            return;
        }
        for _ in 0..at_most {
            if self.expiring.peek().is_none_or(|Reverse(next)| next.at > now) {
                return;
            }
            if let Some(Reverse(expired)) = self.expiring.pop() {
                self.forget(&expired);
            }
        }
    }

    fn forget(&mut self, expired: &Expiring) {
        self.seen.remove(&expired.proof);
        if let Entry::Occupied(mut held) = self.held.entry(expired.key) {
            *held.get_mut() -= 1;
            if *held.get() == 0 {
                held.remove();
            }
        }
    }
}

#[cfg(test)]
mod tests;
