//! The store of used proofs, and the answers when it is full or fails.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use scopegate::dpop::{Dpop, ProofId, ReplayStore, StoreError};
use scopegate_tests::{
    dpop::{Prover, now},
    exchange::Answer,
    issuer::Key,
    log::log_while,
};
use tracing::Level;

use super::server::{Server, accepted};

/// The maximum number of proofs of one key that the gate's own store holds, a sixteenth of its capacity.
const QUOTA: usize = (1 << 18) / 16;

fn nonce_of(answer: &Answer) -> String {
    answer.header("dpop-nonce").to_owned()
}

/// One client sends proofs without end. When the store has filled that client's share, it refuses the client. It forgets no proof,
/// and other clients are not affected.
#[tokio::test]
async fn a_flood_of_proofs_forgets_none_and_harms_nobody_else() {
    let dpop = Dpop::accepted();
    let server = Server::of(Prover::of(Key::ed25519(None)), |gate| gate.dpop(dpop.clone()));
    let nonce = nonce_of(&server.send(&server.proof()).await);
    let proof = || server.proof().with("nonce", nonce.clone());
    let first = server.client.sign(&proof());
    assert_eq!(server.send_signed(&first).await.status, 200);
    for _ in 1..QUOTA {
        assert_eq!(server.send(&proof()).await.status, 200);
    }
    assert_eq!(server.calls.get(), QUOTA);
    for _ in 0..100 {
        let answer = server.send(&proof()).await;
        let wait: u64 = answer.header("retry-after").parse().expect("seconds");
        assert_eq!((answer.status.as_u16(), answer.challenges().len()), (503, 0));
        assert!((1..=601).contains(&wait), "{wait}");
    }
    // The oldest proof is not forgotten.
    assert_eq!(server.send_signed(&first).await.status, 401);
    assert_eq!(server.calls.get(), QUOTA);

    let other = Server::of(Prover::of(Key::ed25519(None)), |gate| gate.dpop(dpop));
    assert_eq!(other.send(&other.proof().with("nonce", nonce)).await.status, 200);
}

/// A store that always fails.
struct Gone;

impl ReplayStore for Gone {
    async fn insert(&self, _: &ProofId, _: Duration) -> Result<bool, StoreError> {
        Err(StoreError::new("no route to host"))
    }

    fn survives_restart(&self) -> bool {
        true
    }
}

#[tokio::test]
async fn without_a_store_nobody_gets_in() {
    let server = Server::new(Dpop::accepted().replay_store(Gone));
    let (answer, log) = log_while(Level::WARN, server.send(&server.proof())).await;
    assert_eq!((answer.status.as_u16(), answer.header("retry-after")), (503, "5"));
    assert_eq!(
        answer.body,
        r#"{"error":"temporarily_unavailable","error_description":"The access token cannot be verified at the moment"}"#
    );
    assert!(answer.challenges().is_empty());
    assert!(log.contains("the store of proofs failed: no route to host"), "{log}");
    // Bearer tokens need no store.
    assert_eq!(server.post(&["Authorization: Bearer plain"]).await.status, 200);
    assert_eq!(server.calls.get(), 1);
}

/// A store that counts its calls, and records the longest time that it must remember a proof.
#[derive(Default)]
struct Asked {
    times: AtomicUsize,
    longest: AtomicUsize,
}

impl ReplayStore for Asked {
    async fn insert(&self, _: &ProofId, lifetime: Duration) -> Result<bool, StoreError> {
        self.times.fetch_add(1, Ordering::Relaxed);
        self.longest.fetch_max(usize::try_from(lifetime.as_secs()).unwrap(), Ordering::Relaxed);
        Ok(true)
    }

    fn survives_restart(&self) -> bool {
        true
    }
}

/// Only a client with a valid proof for a valid token can fill the store.
#[tokio::test]
async fn the_store_hears_of_good_proofs_alone() {
    let store = std::sync::Arc::new(Asked::default());
    let server = Server::new(accepted().replay_store(store.clone()));
    for (what, _, forge) in super::forged::ATTACKS {
        server.send_signed(&forge(&server)).await;
        assert_eq!(store.times.load(Ordering::Relaxed), 0, "{what}");
    }
    let asking = Server::new(accepted().nonce().replay_store(store.clone()));
    assert_eq!(asking.send(&asking.proof()).await.status, 401);
    assert_eq!(store.times.load(Ordering::Relaxed), 0);
    assert_eq!(server.send(&server.proof()).await.status, 200);
    assert_eq!(store.times.load(Ordering::Relaxed), 1);
}

/// A proof is remembered as long as it is valid. A proof dated ahead is remembered longer.
#[tokio::test]
async fn a_proof_is_remembered_until_it_is_no_longer_good() {
    let window = 60;
    for ahead in [-50, 0, 50] {
        let store = std::sync::Arc::new(Asked::default());
        let server = Server::new(accepted().window(Duration::from_secs(window)).replay_store(store.clone()));
        let proof = server.proof().with("iat", now().checked_add_signed(ahead).unwrap());
        assert_eq!(server.send(&proof).await.status, 200);
        let remembered = i64::try_from(store.longest.load(Ordering::Relaxed)).unwrap();
        let needed = i64::try_from(window).unwrap() + ahead;
        assert!((needed - 1..=needed + 1).contains(&remembered), "{ahead}: {remembered}");
    }
}
