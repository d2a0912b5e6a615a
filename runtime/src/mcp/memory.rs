//! Limits the total memory of the bodies that are being read.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// How many bytes are in use, and how many may be in use.
#[derive(Debug)]
pub(super) struct Memory {
    most: usize,
    held: AtomicUsize,
}

/// The error if there is not enough memory for a body at the moment.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Full;

impl Memory {
    pub(super) fn new(most: usize) -> Self {
        Self { most, held: AtomicUsize::new(0) }
    }

    pub(super) fn most(&self) -> usize {
        self.most
    }

    /// Creates the share of the memory that belongs to one body. The share is empty at first.
    pub(super) fn share(&self) -> Share<'_> {
        Share { memory: self, bytes: 0 }
    }
}

/// The memory that one body uses. Dropping the share frees its bytes for the bodies of other requests.
#[derive(Debug)]
pub(super) struct Share<'m> {
    memory: &'m Memory,
    bytes: usize,
}

impl Share<'_> {
    /// Grows the share to `bytes`, or fails immediately. The function does not wait: if it did, two requests could wait
    /// for each other's memory until both time out.
    pub(super) fn grow_to(&mut self, bytes: usize) -> Result<(), Full> {
        let more = bytes.saturating_sub(self.bytes);
        let grown = |held: usize| held.checked_add(more).filter(|held| *held <= self.memory.most);
        self.memory.held.fetch_update(Relaxed, Relaxed, grown).map_err(|_| Full)?;
        self.bytes += more;
        Ok(())
    }
}

impl Drop for Share<'_> {
    fn drop(&mut self) {
        self.memory.held.fetch_sub(self.bytes, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_hold_no_more_than_there_is_together() {
        let memory = Memory::new(10);
        let (mut first, mut second) = (memory.share(), memory.share());
        assert_eq!(first.grow_to(6), Ok(()));
        assert_eq!(first.grow_to(4), Ok(()), "it holds more already");
        assert_eq!(second.grow_to(5), Err(Full));
        assert_eq!(second.grow_to(usize::MAX), Err(Full));
        assert_eq!(second.grow_to(4), Ok(()));
        assert_eq!(first.grow_to(7), Err(Full));
        drop(second);
        assert_eq!(first.grow_to(10), Ok(()));
        drop(first);
        assert_eq!(memory.held.load(Relaxed), 0);
    }
}
