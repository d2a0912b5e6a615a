//! Compares `MemoryStore` with a simple store that searches a list. Also tests the limits of `MemoryStore`, and its use
//! from many threads.

use std::{
    future::Future,
    pin::pin,
    sync::atomic::{AtomicUsize, Ordering::SeqCst},
    task::{Context, Poll, Waker},
    thread,
    time::{Duration, Instant},
};

use allocation_counter::measure;
use proptest::prelude::*;

use super::{CAPACITY, CLIENTS, MemoryStore, Proofs};
use crate::dpop::{ProofId, ReplayStore, StoreError};

const WINDOW: Duration = Duration::from_secs(300);

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Makes the identifier of a client's proof.
fn proof(client: usize, number: usize) -> ProofId {
    let mut thumbprint = [0; 32];
    thumbprint[..8].copy_from_slice(&client.to_le_bytes());
    ProofId::new(thumbprint, &number.to_string())
}

/// Calls a store whose `Future` is ready at the first poll.
fn insert(store: &MemoryStore, proof: &ProofId) -> Result<bool, StoreError> {
    match pin!(store.insert(proof, WINDOW)).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => answer,
        Poll::Pending => unreachable!("the store does not wait"),
    }
}

/// The answer of a store, in a form that tests can compare.
#[derive(Debug, PartialEq)]
enum Said {
    New,
    Seen,
    Full(Duration),
}

impl From<Result<bool, StoreError>> for Said {
    fn from(answer: Result<bool, StoreError>) -> Self {
        match answer {
            Ok(true) => Self::New,
            Ok(false) => Self::Seen,
            Err(full) => Self::Full(full.retry_after()),
        }
    }
}

/// A simple store that searches a list. The tests compare the real store with this one.
#[derive(Default)]
struct Reference(Vec<(ProofId, Duration)>);

impl Reference {
    fn insert(&mut self, proof: ProofId, now: Duration, lifetime: Duration, bounds: (usize, usize)) -> Said {
        self.0.retain(|(_, until)| *until > now);
        if self.0.iter().any(|(seen, _)| *seen == proof) {
            return Said::Seen;
        }
        let of_key = self.0.iter().filter(|(seen, _)| seen.key() == proof.key()).count();
        if self.0.len() >= bounds.0 || of_key >= bounds.1 {
            let next = self.0.iter().map(|(_, until)| until.saturating_sub(now)).min();
            return Said::Full(next.unwrap_or_default().max(seconds(1)));
        }
        self.0.push((proof, now.saturating_add(lifetime)));
        Said::New
    }
}

#[track_caller]
fn check(proofs: &mut Proofs, (client, number): (usize, usize), now: u64, expected: &Said) {
    let said = Said::from(proofs.insert(&proof(client, number), seconds(now), WINDOW));
    assert_eq!(&said, expected, "proof {number} of client {client} after {now} s");
}

#[test]
fn a_proof_is_new_once_until_it_expires() {
    let mut proofs = Proofs::new(16, 16);

    check(&mut proofs, (1, 1), 0, &Said::New);
    check(&mut proofs, (1, 1), 0, &Said::Seen);
    check(&mut proofs, (2, 1), 0, &Said::New);
    check(&mut proofs, (1, 1), 299, &Said::Seen);
    check(&mut proofs, (1, 1), 300, &Said::New);
    check(&mut proofs, (1, 1), 599, &Said::Seen);
}

#[test]
fn a_full_store_refuses_and_forgets_nothing() {
    let mut proofs = Proofs::new(4, 4);
    for client in 1..=4 {
        check(&mut proofs, (client, 1), client as u64, &Said::New);
    }

    check(&mut proofs, (5, 1), 5, &Said::Full(seconds(296)));
    for client in 1..=4 {
        check(&mut proofs, (client, 1), 300, &Said::Seen);
    }
    check(&mut proofs, (5, 1), 300, &Said::Full(seconds(1)));
    check(&mut proofs, (5, 1), 301, &Said::New);
    check(&mut proofs, (6, 1), 301, &Said::Full(seconds(1)));
}

#[test]
fn the_flood_of_one_client_refuses_that_client_alone() {
    let store = MemoryStore::with_capacity(64 * CLIENTS);
    for number in 0..64 {
        assert!(insert(&store, &proof(1, number)).unwrap());
    }

    for number in 64..1_000 {
        let full = insert(&store, &proof(1, number)).unwrap_err();
        assert!(full.retry_after() <= WINDOW && full.retry_after() > WINDOW / 2, "{full}");
    }
    assert!(!insert(&store, &proof(1, 0)).unwrap(), "the first is not forgotten");
    assert!(insert(&store, &proof(2, 0)).unwrap(), "others have their room");
}

#[test]
fn what_expired_takes_no_room() {
    let mut proofs = Proofs::new(1_000, 100);
    for number in 0..100 {
        check(&mut proofs, (1, number), 0, &Said::New);
        check(&mut proofs, (2, number), number as u64, &Said::New);
    }

    // More proofs have expired than one call removes.
    for number in 100..150 {
        check(&mut proofs, (1, number), 350, &Said::New);
    }
    assert_eq!(proofs.seen.len(), proofs.expiring.len());
    assert_eq!(proofs.seen.len(), proofs.held.values().map(|held| *held as usize).sum::<usize>());
    assert!(proofs.seen.len() <= 50 + 49, "{}", proofs.seen.len());

    check(&mut proofs, (3, 1), 1_000, &Said::New);
    assert_eq!((proofs.seen.len(), proofs.expiring.len(), proofs.held.len()), (1, 1, 1));
}

#[test]
fn a_lifetime_without_end_is_one() {
    let mut proofs = Proofs::new(4, 4);

    assert!(proofs.insert(&proof(1, 1), seconds(1), Duration::MAX).unwrap());
    assert!(!proofs.insert(&proof(1, 1), Duration::MAX.saturating_sub(seconds(1)), WINDOW).unwrap());
}

proptest! {
    #[test]
    fn says_what_a_list_says(
        capacity in 1_usize..12,
        quota in 1_usize..6,
        calls in prop::collection::vec((0_usize..4, 0_usize..5, 0_u64..4_000, 0_u64..9_000), 1..200),
    ) {
        let (mut proofs, mut reference, mut now) = (Proofs::new(capacity, quota), Reference::default(), Duration::ZERO);
        for (client, number, pause, lifetime) in calls {
            // Often no time passes between two calls, as with simultaneous requests.
            now += Duration::from_millis(pause.saturating_sub(2_000));
            let (proof, lifetime) = (proof(client, number), Duration::from_millis(lifetime));
            let said = Said::from(proofs.insert(&proof, now, lifetime));
            prop_assert_eq!(said, reference.insert(proof, now, lifetime, (capacity, quota)));
            prop_assert!(proofs.seen.len() <= capacity);
        }
    }
}

#[test]
fn of_many_calls_at_once_one_hears_that_it_is_new() {
    const THREADS: usize = 8;
    const PROOFS: usize = 5_000;
    let store = MemoryStore::default();
    let new: Vec<_> = (0..PROOFS).map(|_| AtomicUsize::new(0)).collect();

    thread::scope(|scope| {
        for thread in 0..THREADS {
            let (store, new) = (&store, &new);
            scope.spawn(move || {
                for at in 0..PROOFS {
                    // Half of the threads use the opposite order.
                    let at = if thread % 2 == 0 { at } else { PROOFS - 1 - at };
                    if insert(store, &proof(at % 7, at)).unwrap() {
                        new[at].fetch_add(1, SeqCst);
                    }
                }
            });
        }
    });

    assert!(new.iter().all(|new| new.load(SeqCst) == 1));
}

#[test]
fn a_flood_from_many_threads_stops_at_the_bound() {
    const THREADS: usize = 8;
    let store = MemoryStore::with_capacity(1_000);
    let admitted = AtomicUsize::new(0);

    thread::scope(|scope| {
        for thread in 0..THREADS {
            let (store, admitted) = (&store, &admitted);
            scope.spawn(move || {
                for number in 0..10 * 62 {
                    if insert(store, &proof(100 * thread + number % 10, number)).is_ok_and(|new| new) {
                        admitted.fetch_add(1, SeqCst);
                    }
                }
            });
        }
    });

    assert_eq!(admitted.load(SeqCst), 1_000);
}

#[test]
fn a_store_at_its_bound_takes_at_most_33_megabytes() {
    let (mut refused, mut took) = (0, Duration::ZERO);
    let mut store = None;
    let used = measure(|| {
        let store = store.insert(MemoryStore::default());
        let start = Instant::now();
        // The worst case: each proof has a key of its own.
        for client in 0..CAPACITY + 10_000 {
            refused += usize::from(insert(store, &proof(client, 1)).is_err());
        }
        took = start.elapsed();
    });

    let each = took.as_nanos() / (CAPACITY + 10_000) as u128;
    println!(
        "{} bytes at the bound, {} while it grew, {each} ns a proof",
        used.bytes_current, used.bytes_max
    );
    assert_eq!(refused, 10_000);
    assert!(used.bytes_current < 33_000_000, "{}", used.bytes_current);
    assert!(used.bytes_max < 50_000_000, "{}", used.bytes_max);
}
