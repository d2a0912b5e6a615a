//! Helpers that the targets share.

use std::{
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

use axum::{Router, body::Body};
use http::Request;
use scopegate::{Gate, Resource, testing::TestVerifier};
use scopegate_tests::exchange::{self, Answer};
use tokio::runtime::{Builder, Runtime};

thread_local! {
    /// One runtime for all executions. Its clock jumps ahead when every task waits, so that no execution waits.
    static RUNTIME: Runtime = Builder::new_current_thread().enable_all().start_paused(true).build().expect("a runtime");
}

/// Makes a gate for `resource` with these tokens, and with an authorization server that is never contacted.
///
/// # Panics
///
/// If `resource` is not a valid identifier.
pub fn gate(resource: &str, tokens: TestVerifier) -> Gate {
    let resource = Resource::new(resource).expect("a resource");
    Gate::new(resource.authorization_server("https://auth.example.com").expect("an issuer"), tokens)
}

/// Runs a future to its end.
pub fn run<F: Future>(future: F) -> F::Output {
    RUNTIME.with(|runtime| runtime.block_on(future))
}

/// Sends a request and reads the answer. Returns `None` for a stream that stays open.
pub async fn send(app: &Router, request: Request<Body>) -> Option<Answer> {
    tokio::time::timeout(Duration::from_secs(1), exchange::answer(app, request)).await.ok()
}

/// Counts the executions that reached the interesting part of a target. Without such executions,
/// the target shows nothing.
#[derive(Debug)]
pub struct Tally {
    point: &'static str,
    executions: AtomicU64,
    there: AtomicU64,
}

impl Tally {
    /// Makes a tally. `point` completes the line "of 8 inputs 3 ..".
    pub const fn new(point: &'static str) -> Self {
        Self { point, executions: AtomicU64::new(0), there: AtomicU64::new(0) }
    }

    /// Counts one execution, and sometimes prints the counts.
    pub fn note(&self, is_there: bool) {
        let there = self.there.fetch_add(is_there.into(), Relaxed) + u64::from(is_there);
        let executions = self.executions.fetch_add(1, Relaxed) + 1;
        if executions.is_power_of_two() {
            eprintln!("tally: of {executions} inputs {there} {}", self.point);
        }
    }
}
