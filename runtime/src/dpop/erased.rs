//! Replay stores without their type.

use std::time::Duration;

use stackfuture::StackFuture;

use super::replay::{ProofId, ReplayStore, StoreError};

/// [`ReplayStore`] without its type, so that no generic leaks into the gate.
pub(super) trait Remember: Send + Sync {
    fn insert<'a>(&'a self, proof: &'a ProofId, lifetime: Duration) -> Remembering<'a>;

    fn survives_restart(&self) -> bool;
}

/// How many bytes the future of a store may have without a box of its own.
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
