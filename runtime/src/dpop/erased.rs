//! An object-safe trait for replay stores.

use std::time::Duration;

use stackfuture::StackFuture;

use super::replay::{ProofId, ReplayStore, StoreError};

/// An object-safe [`ReplayStore`], so that the gate needs no type parameter for the store.
pub(super) trait Remember: Send + Sync {
    fn insert<'a>(&'a self, proof: &'a ProofId, lifetime: Duration) -> Remembering<'a>;

    fn survives_restart(&self) -> bool;
}

/// The size, in bytes, up to which a store's `Future` needs no allocation.
const FUTURE: usize = 128;

type Remembering<'a> = StackFuture<'a, Result<bool, StoreError>, FUTURE>;

impl<S: ReplayStore> Remember for S {
    fn insert<'a>(&'a self, proof: &'a ProofId, lifetime: Duration) -> Remembering<'a> {
        StackFuture::from_or_box(ReplayStore::insert(self, proof, lifetime))
    }

    fn survives_restart(&self) -> bool {
        ReplayStore::survives_restart(self)
    }
}
