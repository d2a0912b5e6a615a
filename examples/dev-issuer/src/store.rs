//! A store of bounded size.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Values by key, each for a limited time. A full store drops the oldest value.
pub(crate) struct Store<T> {
    entries: Mutex<HashMap<String, Entry<T>>>,
    capacity: usize,
    lifetime: Duration,
}

struct Entry<T> {
    inserted: Instant,
    value: T,
}

impl<T> Store<T> {
    pub(crate) fn new(capacity: usize, lifetime: Duration) -> Self {
        Self { entries: Mutex::default(), capacity, lifetime }
    }

    pub(crate) fn insert(&self, key: String, value: T) {
        self.insert_into(&mut self.live(), key, value);
    }

    /// Inserts the value if the key is new, and tells whether it was.
    pub(crate) fn insert_new(&self, key: String, value: T) -> bool {
        let mut entries = self.live();
        let new = !entries.contains_key(&key);
        if new {
            self.insert_into(&mut entries, key, value);
        }
        new
    }

    fn insert_into(&self, entries: &mut HashMap<String, Entry<T>>, key: String, value: T) {
        if entries.len() >= self.capacity {
            // A scan is fast enough at these sizes, and needs no second index.
            let oldest = entries.iter().min_by_key(|(_, entry)| entry.inserted).map(|(key, _)| key.clone());
            oldest.and_then(|key| entries.remove(&key));
        }
        entries.insert(key, Entry { inserted: Instant::now(), value });
    }

    /// Removes and returns the value, so that it cannot be used again.
    pub(crate) fn take(&self, key: &str) -> Option<T> {
        self.live().remove(key).map(|entry| entry.value)
    }

    /// Reads or changes the value under the lock.
    pub(crate) fn with<R>(&self, key: &str, action: impl FnOnce(&mut T) -> R) -> Option<R> {
        self.live().get_mut(key).map(|entry| action(&mut entry.value))
    }

    /// Returns the entries, without expired ones.
    fn live(&self) -> MutexGuard<'_, HashMap<String, Entry<T>>> {
        // A panic elsewhere leaves the map intact.
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.retain(|_, entry| entry.inserted.elapsed() < self.lifetime);
        entries
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_makes_room() {
        let store = Store::new(2, Duration::from_secs(60));
        for key in ["a", "b", "c"] {
            store.insert(key.to_owned(), key);
        }
        assert_eq!(["a", "b", "c"].map(|key| store.take(key)), [None, Some("b"), Some("c")]);
    }

    #[test]
    fn one_of_two_is_new() {
        let store = Store::new(2, Duration::from_secs(60));
        assert_eq!(["a", "a", "b"].map(|key| store.insert_new(key.to_owned(), ())), [true, false, true]);
    }

    #[test]
    fn what_is_taken_or_expired_is_gone() {
        let store = Store::new(2, Duration::from_secs(60));
        store.insert("a".to_owned(), 1);
        assert_eq!((store.take("a"), store.take("a")), (Some(1), None));

        let store = Store::new(2, Duration::ZERO);
        store.insert("a".to_owned(), 1);
        assert_eq!(store.take("a"), None);
    }
}
