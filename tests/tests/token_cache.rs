//! The cache of the JWT verifier, measured by allocations. A cached token costs none.

mod verifying;

use allocation_counter::{AllocationInfo, measure};
use axum::{body::Body, http::Request};
use scopegate::{Gate, Issuers, Resource, Router, Token, VerifyError, requires_scope, routing::get};
use scopegate_tests::issuer::{Issuer, Key, now};
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};
use tower::ServiceExt;
use verifying::{VerifyText, is_invalid};

const API: &str = "https://files.example.com";
const MEBIBYTE: usize = 1024 * 1024;

/// An issuer, its key, and a runtime on the thread whose allocations are counted.
struct World {
    runtime: Runtime,
    issuer: Issuer,
    key: Key,
}

impl World {
    fn new() -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        let key = Key::ed25519("key");
        let issuer = runtime.block_on(Issuer::publishing(&[&key]));
        Self { runtime, issuer, key }
    }

    /// Makes a verifier that has already loaded the keys.
    fn verifier(&self, cache_size: usize) -> Issuers {
        let verifier =
            Issuers::new([scopegate::Issuer::new(self.issuer.id()).audience(API)]).cache_size(cache_size);
        self.verify(&verifier, &self.token("jti", "the first")).expect("a good token");
        verifier
    }

    fn claims(&self, name: &str, value: impl Into<Value>) -> Value {
        let mut claims = self.issuer.claims(API, "files:read files:write");
        claims[name] = value.into();
        claims
    }

    fn token(&self, name: &str, value: impl Into<Value>) -> String {
        self.key.mint(&self.claims(name, value))
    }

    fn verify(&self, verifier: &Issuers, token: &str) -> Result<Token, VerifyError> {
        self.runtime.block_on(verifier.verify_text(token))
    }

    /// Counts the allocations of verifying a valid token.
    #[track_caller]
    fn cost(&self, verifier: &Issuers, token: &str) -> AllocationInfo {
        let mut outcome = None;
        let cost = measure(|| outcome = Some(self.verify(verifier, token).map(drop)));
        assert!(matches!(outcome, Some(Ok(()))), "{outcome:?}");
        cost
    }

    #[track_caller]
    fn cost_of_refusal(&self, verifier: &Issuers, token: &str) -> u64 {
        let mut refused = false;
        let cost = measure(|| refused = self.verify(verifier, token).is_err_and(|error| is_invalid(&error)));
        assert!(refused);
        cost.count_total
    }
}

#[test]
fn a_remembered_token_costs_no_allocation() {
    let world = World::new();
    let verifier = world.verifier(MEBIBYTE);
    let token = world.token("jti", 1);
    assert!(world.cost(&verifier, &token).count_total > 10);
    for _ in 0..3 {
        assert_eq!(world.cost(&verifier, &token).count_total, 0);
    }
}

#[test]
fn a_remembered_refusal_costs_its_text() {
    let world = World::new();
    let verifier = world.verifier(MEBIBYTE);
    for token in [Key::ed25519("key").mint(&world.claims("jti", 1)), world.token("aud", "other")] {
        let first = world.cost_of_refusal(&verifier, &token);
        let again = world.cost_of_refusal(&verifier, &token);
        assert!(first > 4 && again <= 2, "{first}, then {again}");
    }
}

#[test]
fn without_a_cache_each_is_verified_anew() {
    let world = World::new();
    let verifier = world.verifier(0);
    let token = world.token("jti", 1);
    let first = world.cost(&verifier, &token).count_total;
    assert!(first > 10);
    assert_eq!(world.cost(&verifier, &token).count_total, first);
}

#[requires_scope("files:read")]
async fn list() {}

#[test]
fn a_request_through_the_gate_costs_three_allocations() {
    let world = World::new();
    let resource = Resource::new(API).unwrap().authorization_server("https://auth.example.com").unwrap();
    let gate = Gate::new(resource, world.verifier(MEBIBYTE));
    let gated: axum::Router = Router::new().route("/", get(list)).protect(gate).unwrap();
    let bare: axum::Router = axum::Router::new().route("/", axum::routing::get(async || {}));
    let token = world.token("jti", 1);
    let cost = |app: &axum::Router| {
        let request = Request::get("/").header("authorization", format!("Bearer {token}"));
        let (app, request) = (app.clone(), request.body(Body::empty()).unwrap());
        measure(|| assert_eq!(world.runtime.block_on(app.oneshot(request)).unwrap().status(), 200))
            .count_total
    };
    assert!(cost(&gated) > 10, "the first is verified");
    // One of the three comes from the feature `family`: axum keeps the original path, so its map of extensions grows
    // earlier.
    assert_eq!(cost(&gated) - cost(&bare), 3);
}

#[test]
fn a_flood_of_bad_tokens_evicts_nothing() {
    const FLOOD: usize = 600;
    let world = World::new();
    let verifier = world.verifier(MEBIBYTE);
    let good: Vec<_> = (0..20).map(|n| world.token("jti", n)).collect();
    for token in &good {
        world.verify(&verifier, token).expect("a good token");
    }

    let (forger, unknown) = (Key::ed25519("key"), Key::ed25519("unknown"));
    let refused = |token: String| assert!(world.verify(&verifier, &token).is_err());
    for n in 0..FLOOD {
        refused(format!("{n}.garbage."));
        refused(forger.mint(&world.claims("jti", n)));
        refused(unknown.mint(&world.claims("jti", n)));
        refused(world.token("aud", format!("other {n}")));
        refused(world.token("exp", now() - 3600 - i64::try_from(n).unwrap()));
        refused(world.token("nbf", now() + 3600 + i64::try_from(n).unwrap()));
    }
    for token in &good {
        assert_eq!(world.cost(&verifier, token).count_total, 0);
    }
}

#[test]
fn memory_is_bounded_whatever_tokens_are_like() {
    let world = World::new();
    let nested = (0..30).fold(json!({}), |inner, _| json!({ "a": inner, "b": {} }));
    for (what, claim) in [
        ("small", json!(0)),
        ("a text", json!("x".repeat(5_000))),
        ("numbers", json!(vec![0; 1_000])),
        ("texts", json!(vec!["x"; 500])),
        ("objects", json!(vec![json!({ "a": 1 }); 50])),
        ("nested objects", nested),
        ("many claims", (0..200).map(|n| (n.to_string(), json!(n))).collect::<Value>()),
    ] {
        let verifier = world.verifier(MEBIBYTE);
        let tokens: Vec<_> = (0..700).map(|n| world.token("x", json!([n, claim]))).collect();
        let kept = measure(|| {
            for token in &tokens {
                world.verify(&verifier, token).expect("a good token");
            }
        });
        let kept = usize::try_from(kept.bytes_current).expect("the cache keeps some tokens");
        assert!(kept <= MEBIBYTE, "{what}: {kept}");
        assert!(kept >= MEBIBYTE / 5, "{what}: {kept} is little");
    }
}

#[test]
fn memory_for_bad_tokens_is_bounded() {
    let world = World::new();
    for forger in [Key::ed25519("key"), Key::ed25519("unknown")] {
        // Tokens of the usual length, and tokens nearly as long as allowed.
        for padding in [0, 11_000] {
            let verifier = world.verifier(MEBIBYTE);
            let claims = |n| world.claims("jti", format!("{n}{}", "x".repeat(padding)));
            let tokens: Vec<_> = (0..3000).map(|n| forger.mint(&claims(n))).collect();
            let kept = measure(|| tokens.iter().for_each(|token| drop(world.verify(&verifier, token))));
            let kept = usize::try_from(kept.bytes_current).unwrap();
            // The cache keeps the text of at most a thousand tokens, with their claims.
            assert!((1..=MEBIBYTE + MEBIBYTE / 4).contains(&kept), "{kept} with {padding} more");
        }
    }
}

#[test]
fn many_scopes_count_too() {
    let world = World::new();
    let verifier = world.verifier(MEBIBYTE);
    let scopes = |n| (0..300).map(|scope| format!("{n}:{scope}")).collect::<Vec<_>>().join(" ");
    let tokens: Vec<_> = (0..500).map(|n| world.token("scope", scopes(n))).collect();
    let kept = measure(|| {
        for token in &tokens {
            world.verify(&verifier, token).expect("a good token");
        }
    });
    assert!(kept.bytes_current <= i64::try_from(MEBIBYTE).unwrap(), "{}", kept.bytes_current);
}

#[test]
fn a_token_that_is_too_large_is_verified_each_time() {
    let world = World::new();
    let verifier = world.verifier(8 * 1024);
    let token = world.token("x", "x".repeat(10_000));
    for _ in 0..3 {
        assert!(world.cost(&verifier, &token).count_total > 10);
    }
}
