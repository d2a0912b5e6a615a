//! The store alone: its results, and its behavior while its server does not answer.

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use scopegate::dpop::{ProofId, RedisStore, ReplayStore, StoreError};
use tokio::{task::JoinSet, time::sleep};

use crate::server::Server;

const WINDOW: Duration = Duration::from_secs(600);

fn store(server: &Server) -> RedisStore {
    RedisStore::new(&server.url()).unwrap()
}

fn proof(number: usize) -> ProofId {
    ProofId::new([7; 32], &number.to_string())
}

async fn insert(store: &RedisStore, number: usize) -> Result<bool, StoreError> {
    store.insert(&proof(number), WINDOW).await
}

/// Inserts a new proof, and returns the error.
#[track_caller]
fn assert_failed(answer: Result<bool, StoreError>, expected: &str) {
    let error = answer.expect_err("the store fails");
    let said = error.to_string();
    assert!(said.contains(expected), "{said}");
    assert!(!said.contains("s3cret"), "{said}");
    assert_eq!(error.retry_after(), Duration::from_secs(5));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "needs redis-server"]
async fn of_many_calls_at_two_replicas_one_hears_that_it_is_new() {
    let server = Server::start();
    let replicas = [Arc::new(store(&server)), Arc::new(store(&server))];

    let mut calls = JoinSet::new();
    for call in 0..16 * 250 {
        let replica = replicas[call % 2].clone();
        let number = (call / 16) ^ 5;
        calls.spawn(async move { (number, insert(&replica, number).await.unwrap()) });
    }

    let mut new = HashMap::<_, usize>::new();
    while let Some(answer) = calls.join_next().await {
        let (number, is_new) = answer.unwrap();
        *new.entry(number).or_default() += usize::from(is_new);
    }
    assert_eq!(new.len(), 250);
    assert!(new.values().all(|new| *new == 1), "{new:?}");
    assert_eq!(server.send("DBSIZE"), ":250");
}

#[tokio::test]
#[ignore = "needs redis-server"]
async fn a_proof_is_kept_for_its_lifetime() {
    let server = Server::start();
    let store = store(&server);

    assert!(store.insert(&proof(1), Duration::from_millis(300)).await.unwrap());
    assert!(!store.insert(&proof(1), Duration::from_millis(300)).await.unwrap());
    sleep(Duration::from_millis(320)).await;
    assert!(store.insert(&proof(1), WINDOW).await.unwrap());

    let left = server.send(&format!("PTTL scopegate:dpop:{}", proof(1)));
    let left: u128 = left.trim_start_matches(':').parse().unwrap();
    assert!((WINDOW.as_millis() - 5_000..=WINDOW.as_millis() + 1).contains(&left), "{left}");

    // Redis accepts every lifetime.
    assert!(store.insert(&proof(2), Duration::MAX).await.unwrap());
    assert!(!store.insert(&proof(2), Duration::MAX).await.unwrap());
    assert!(store.insert(&proof(3), Duration::ZERO).await.unwrap());
}

#[tokio::test]
#[ignore = "needs redis-server"]
async fn stores_with_other_prefixes_or_databases_share_nothing() {
    let server = Server::start();
    let stores = [
        store(&server),
        store(&server).prefix("files:"),
        RedisStore::new(&format!("{}/1", server.url())).unwrap(),
    ];
    for store in &stores {
        assert!(insert(store, 1).await.unwrap(), "{store:?}");
        assert!(!insert(store, 1).await.unwrap(), "{store:?}");
    }
}

#[tokio::test]
#[ignore = "needs redis-server"]
async fn a_proof_is_known_after_a_restart_of_the_program_and_of_redis() {
    let mut server = Server::start_with(&["--appendonly", "yes", "--appendfsync", "always"]);
    assert!(insert(&store(&server), 1).await.unwrap());
    assert!(store(&server).survives_restart());
    assert!(!insert(&store(&server), 1).await.unwrap());

    server.kill();
    server.start_again();
    assert!(!insert(&store(&server), 1).await.unwrap());
}

#[tokio::test]
#[ignore = "needs redis-server"]
async fn a_server_that_is_killed_is_told_at_once_and_found_again() {
    let mut server = Server::start();
    let store = store(&server);
    assert!(insert(&store, 1).await.unwrap());

    for round in 1..4 {
        server.kill();
        for number in 0..20 {
            let asked = Instant::now();
            assert_failed(insert(&store, 100 * round + number).await, &server.address());
            assert!(asked.elapsed() < Duration::from_millis(500), "{:?}", asked.elapsed());
        }
        server.start_again();
        assert!(insert(&store, 1_000 * round).await.unwrap(), "the first request after it is back");
        assert!(!insert(&store, 1_000 * round).await.unwrap());
    }
}

#[tokio::test]
#[ignore = "needs redis-server"]
async fn the_program_starts_before_its_server() {
    let mut server = Server::stopped();
    let store = store(&server);

    assert_failed(insert(&store, 1).await, &server.address());
    server.start_again();
    assert!(insert(&store, 1).await.unwrap());
}

#[tokio::test]
#[ignore = "needs redis-server"]
async fn a_connection_that_was_closed_meanwhile_fails_no_request() {
    let server = Server::start();
    let store = store(&server);
    for number in 0..20 {
        assert!(insert(&store, number).await.unwrap());
        assert_eq!(server.send("CLIENT KILL TYPE normal"), ":1");
        sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs redis-server"]
async fn no_request_hangs_with_a_server_that_does_not_answer() {
    let server = Server::start();
    let store = Arc::new(store(&server).timeout(Duration::from_millis(400)));
    assert!(insert(&store, 0).await.unwrap());

    server.signal("STOP");
    let asked = Instant::now();
    let mut calls = JoinSet::new();
    for number in 1..=100 {
        let store = store.clone();
        calls.spawn(async move { insert(&store, number).await });
    }
    while let Some(answer) = calls.join_next().await {
        assert_failed(answer.unwrap(), "no answer from Redis at");
    }
    // The store has closed the connection, and the kernel still accepts new ones.
    assert_failed(insert(&store, 101).await, "cannot connect to Redis at");
    let took = asked.elapsed();
    assert!((800..1_600).contains(&took.as_millis()), "{took:?}");

    server.signal("CONT");
    assert!(insert(&store, 102).await.unwrap());
    assert!(!insert(&store, 0).await.unwrap());
    // The server received these late, and the store did not report them as new.
    assert!(!insert(&store, 1).await.unwrap());
}

#[tokio::test]
#[ignore = "needs redis-server"]
async fn requests_wait_a_second_at_most() {
    let server = Server::start();
    let store = store(&server);
    server.signal("STOP");

    let asked = Instant::now();
    assert_failed(insert(&store, 1).await, "within 1000 ms");
    assert!((1_000..1_500).contains(&asked.elapsed().as_millis()), "{:?}", asked.elapsed());
    server.signal("CONT");
}

#[tokio::test]
#[ignore = "needs redis-server"]
async fn a_wrong_password_is_told_and_not_shown() {
    let server = Server::start_with(&["--requirepass", "right"]);
    let with =
        |password: &str| RedisStore::new(&format!("redis://:{password}@{}/0", server.address())).unwrap();

    assert!(insert(&with("right"), 1).await.unwrap());
    assert_failed(insert(&with("s3cret"), 2).await, &server.address());
    assert_failed(insert(&store(&server), 3).await, "NOAUTH");
}

#[tokio::test]
#[ignore = "needs redis-server"]
async fn a_full_server_refuses_and_forgets_nothing() {
    let server = Server::start();
    let store = store(&server);
    assert!(insert(&store, 1).await.unwrap());

    server.send("CONFIG SET maxmemory 1");
    assert_failed(insert(&store, 2).await, "OOM");
    assert_eq!(server.send("DBSIZE"), ":1");

    server.send("CONFIG SET maxmemory 0");
    assert!(insert(&store, 2).await.unwrap());
    assert!(!insert(&store, 1).await.unwrap());
}

#[tokio::test]
#[ignore = "needs redis-server"]
async fn a_primary_that_became_a_replica_is_left() {
    let server = Server::start();
    let store = store(&server);
    assert!(insert(&store, 1).await.unwrap());
    let connections = || {
        let count = "redis.call('INFO', 'stats'):match('total_connections_received:(%d+)')";
        let answer = server.send(&format!("EVAL \"return tonumber({count})\" 0"));
        answer.trim_start_matches(':').parse::<usize>().unwrap()
    };

    server.send("REPLICAOF 127.0.0.1 1");
    let before = connections();
    assert_failed(insert(&store, 2).await, "read only");
    server.send("REPLICAOF NO ONE");
    assert!(insert(&store, 2).await.unwrap());
    // This test itself makes two.
    assert_eq!(connections() - before, 3);
}
