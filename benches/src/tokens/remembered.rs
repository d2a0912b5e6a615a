//! Many tokens, all of which a verifier remembers.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use ::scopegate::{Decision, Issuers};
use axum::Router;
use tower::ServiceExt;

use super::{keys::Issuer, scopegate};
use crate::call::{bearer, get_files};

/// How many tokens the requests carry in turn.
pub const MANY: usize = 8_000;

/// More than the default. The cache is split into parts. With the default size, a part may not hold all of its tokens.
const CACHE_SIZE: usize = 64 * 1024 * 1024;

/// A server that remembers the tokens.
pub struct Remembered {
    pub router: Router,
    pub tokens: Vec<String>,
}

impl Remembered {
    /// Makes the tokens, and has each verified.
    pub async fn new(issuer: &mut Issuer) -> Self {
        let verifier = Arc::new(Issuers::from(scopegate::rules(issuer).await).cache_size(CACHE_SIZE));
        let tokens: Vec<_> = (0..MANY).map(|_| issuer.token()).collect();
        let known = Arc::new(AtomicUsize::new(0));
        let counting = Arc::clone(&known);
        // Observation takes time, so the measured gate has no observer. Both gates share the verifier.
        let observed = scopegate::sharing(Arc::clone(&verifier)).observe(move |decision: &Decision<'_>| {
            counting.fetch_add(usize::from(decision.is_cached() == Some(true)), Ordering::Relaxed);
        });
        let observed = scopegate::protected(observed).with_state(());
        for token in tokens.iter().chain(&tokens) {
            let answer = observed.clone().oneshot(get_files(bearer(token))).await;
            assert!(answer.is_ok_and(|answer| answer.status().is_success()), "a good token is refused");
        }
        assert_eq!(known.load(Ordering::Relaxed), MANY, "each is known when it comes again");
        Self { router: scopegate::protected(scopegate::sharing(verifier)).with_state(()), tokens }
    }
}
