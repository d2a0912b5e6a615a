//! Tests how clock changes affect tokens, and which results are cached.

use std::{cell::Cell, time::Duration};

use scopegate_tests::{
    issuer::{Issuer, Key},
    passing::pass,
};
use serde_json::{Value, json};

use crate::{Issuers, Presented, TokenVerifier};

const API: &str = "https://files.example.com";

/// The time during which the tokens in these tests are valid, and the leeway that extends this time at both ends.
const NOT_BEFORE: f64 = 1_000_000.0;
const EXPIRES: f64 = 1_000_600.0;
const LEEWAY: f64 = 30.0;

thread_local! {
    static NOW: Cell<f64> = const { Cell::new(NOT_BEFORE) };
}

fn verifier(issuer: &Issuer) -> Issuers {
    let mut verifier = Issuers::new([crate::Issuer::new(issuer.id()).audience(API)]);
    verifier.jwts.clock = || NOW.get();
    verifier
}

fn token(issuer: &Issuer, key: &Key, name: &str, value: Value) -> String {
    let mut claims = issuer.claims(API, "files:read");
    claims["nbf"] = json!(NOT_BEFORE);
    claims["exp"] = json!(EXPIRES);
    claims[name] = value;
    key.mint(&claims)
}

/// Verifies a token when the clock shows `time`, and returns the outcome.
async fn verify_at(verifier: &Issuers, time: f64, token: &str) -> &'static str {
    NOW.set(time);
    match verifier.verify(&Presented::from(token)).await {
        Ok(_) => "good",
        Err(error) if error.is_expired() => "expired",
        Err(error) if error.retry_after().is_none() => "invalid",
        Err(_) => "unavailable",
    }
}

fn remembered(verifier: &Issuers) -> (usize, usize) {
    verifier.jwts.cache.as_ref().expect("it has a cache").len()
}

#[tokio::test]
async fn a_clock_may_move_in_any_direction() {
    let key = Key::ed25519("key");
    let issuer = Issuer::publishing(&[&key]).await;
    let token = token(&issuer, &key, "jti", json!(1));
    for verifier in [verifier(&issuer), verifier(&issuer).cache_size(0)] {
        for (time, expected) in [
            (NOT_BEFORE, "good"),
            (EXPIRES, "good"),
            (EXPIRES + LEEWAY - 0.1, "good"),
            (EXPIRES + LEEWAY, "expired"),
            (EXPIRES + LEEWAY, "expired"),
            (EXPIRES, "good"),
            (NOT_BEFORE - LEEWAY, "good"),
            (NOT_BEFORE - LEEWAY - 0.1, "invalid"),
            (NOT_BEFORE, "good"),
            (0.0, "invalid"),
            (NOT_BEFORE, "good"),
            (f64::INFINITY, "expired"),
        ] {
            assert_eq!(verify_at(&verifier, time, &token).await, expected, "at {time}");
        }
    }
}

#[tokio::test]
async fn what_is_over_is_not_kept() {
    let key = Key::ed25519("key");
    let issuer = Issuer::publishing(&[&key]).await;
    let verifier = verifier(&issuer);
    let of = |number: i32| token(&issuer, &key, "jti", json!(number));
    assert_eq!(verify_at(&verifier, EXPIRES + LEEWAY, &of(1)).await, "expired");
    assert_eq!(verify_at(&verifier, NOT_BEFORE - LEEWAY - 1.0, &of(1)).await, "invalid");
    assert_eq!(remembered(&verifier), (0, 0), "neither is worth a place");

    assert_eq!(verify_at(&verifier, NOT_BEFORE, &of(1)).await, "good");
    assert_eq!(verify_at(&verifier, NOT_BEFORE, &of(2)).await, "good");
    assert_eq!(remembered(&verifier), (2, 0));
    assert_eq!(verify_at(&verifier, EXPIRES + LEEWAY, &of(1)).await, "expired");
    assert_eq!(remembered(&verifier), (1, 0), "asked for, it goes at once");

    let lasting = token(&issuer, &key, "exp", json!(EXPIRES + 3600.0));
    pass(Duration::from_secs(61)).await;
    assert_eq!(verify_at(&verifier, EXPIRES + LEEWAY, &lasting).await, "good");
    assert_eq!(remembered(&verifier), (1, 0), "the other goes when a new one comes");
}

#[tokio::test]
async fn nothing_is_kept_for_long() {
    let key = Key::ed25519("key");
    let issuer = Issuer::publishing(&[&key]).await;
    let verifier = verifier(&issuer);
    let of = |number: i32| token(&issuer, &key, "jti", json!(number));
    for number in 0..10 {
        assert_eq!(verify_at(&verifier, NOT_BEFORE, &of(number)).await, "good");
    }
    assert_eq!(remembered(&verifier), (10, 0));
    pass(Duration::from_secs(5 * 60)).await;
    assert_eq!(verify_at(&verifier, NOT_BEFORE, &of(10)).await, "good");
    assert_eq!(remembered(&verifier), (1, 0));
}

/// While the issuer is down, a token with a new key must not be rejected as invalid, even if the token arrives again
/// and again.
#[tokio::test]
async fn waiting_does_not_settle_an_unknown_key() {
    let (old, new) = (Key::ed25519("old"), Key::ed25519("new"));
    let issuer = Issuer::publishing(&[&old]).await;
    let verifier = verifier(&issuer);
    assert_eq!(verify_at(&verifier, NOT_BEFORE, &token(&issuer, &old, "jti", json!(1))).await, "good");
    pass(Duration::from_secs(100)).await;
    issuer.set_down(true);
    let token = token(&issuer, &new, "iat", json!(NOT_BEFORE + 100.0));
    for seconds in [100.0, 200.0, 300.0, 400.0] {
        assert_eq!(verify_at(&verifier, NOT_BEFORE + seconds, &token).await, "unavailable", "{seconds}");
        pass(Duration::from_secs(100)).await;
    }
}

#[tokio::test]
async fn only_lasting_faults_are_remembered() {
    let (key, forger) = (Key::ed25519("key"), Key::ed25519("key"));
    let issuer = Issuer::publishing(&[&key]).await;
    let verifier = verifier(&issuer);
    let unknown = Key::ed25519("unknown");
    let mut bad = 0;
    for (token, lasting) in [
        ("garbage".to_owned(), false),
        (token(&issuer, &unknown, "jti", json!(1)), true),
        (token(&issuer, &key, "iss", json!("https://evil.example.com")), false),
        (token(&issuer, &key, "exp", json!(1)), false),
        (token(&issuer, &key, "nbf", json!(EXPIRES)), false),
        (token(&issuer, &forger, "jti", json!(1)), true),
        (token(&issuer, &key, "aud", json!("https://other.example.com")), true),
        (token(&issuer, &key, "exp", Value::Null), true),
        (token(&issuer, &key, "nbf", json!("soon")), true),
    ] {
        bad += usize::from(lasting);
        for _ in 0..2 {
            assert_ne!(verify_at(&verifier, NOT_BEFORE, &token).await, "good", "{token}");
            assert_eq!(remembered(&verifier), (0, bad), "{token}");
        }
    }
}
