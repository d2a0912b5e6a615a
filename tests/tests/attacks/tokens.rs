//! Tokens that cost too much, or that two parsers read differently.

use std::time::Duration;

use allocation_counter::{AllocationInfo, measure};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use scopegate::{Issuers, Token, VerifyError};
use scopegate_tests::{
    issuer::{Answer, Issuer, Key, encode, now},
    passing::pass,
};
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};

use crate::verifying::{VerifyText, is_invalid};

const API: &str = "https://files.example.com";

/// A runtime on the thread whose allocations are counted.
pub(super) fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// Counts the allocations of verifying a token.
pub(super) fn cost_of(
    runtime: &Runtime,
    verifier: &Issuers,
    token: &str,
) -> (AllocationInfo, Result<Token, VerifyError>) {
    let mut outcome = None;
    let cost = measure(|| outcome = Some(runtime.block_on(verifier.verify_text(token))));
    (cost, outcome.expect("it was verified"))
}

#[test]
fn a_bad_token_costs_no_more_than_a_good_one() {
    let (runtime, key) = (runtime(), Key::p384(None));
    let pairs: Vec<_> = (0..16).map(|_| Key::p384(None)).collect();
    let issuer = runtime.block_on(Issuer::publishing(&[]));
    issuer.publish_jwks([&key].into_iter().chain(&pairs).map(Key::jwk).collect());
    let verifier = Issuers::new([scopegate::Issuer::new(issuer.id()).audience(API)]);
    let mut claims = issuer.claims(API, "");
    runtime.block_on(verifier.verify_text(&key.mint(&claims))).expect("a good token");
    claims["jti"] = json!("x".repeat(1_000));
    let (good, outcome) = cost_of(&runtime, &verifier, &key.mint(&claims));
    outcome.expect("a good token");

    let header = encode(r#"{"alg":"ES384"}"#);
    let members = (0..900).map(|n| format!(r#""{n}":{{}}"#)).collect::<Vec<_>>().join(",");
    let headers = (0..1_000).map(|n| format!(r#""{n}":0"#)).collect::<Vec<_>>().join(",");
    let of_issuer = encode(format!(r#"{{"iss":"{}"}}"#, issuer.id()));
    for (what, token) in [
        ("of an unknown issuer", format!("{header}.{}.AAAA", encode(format!(r#"{{"iss":"x",{members}}}"#)))),
        ("of no issuer", format!("{header}.{}.AAAA", encode(format!("{{{members}}}")))),
        ("with many members", format!("{}.{of_issuer}.AAAA", encode(format!("{{{headers}}}")))),
        ("nested", format!("{header}.{}.AAAA", encode("[".repeat(10_000)))),
        ("without a dot", "x".repeat(16_000)),
    ] {
        let (cost, outcome) = cost_of(&runtime, &verifier, &token);
        assert!(outcome.as_ref().is_err_and(is_invalid), "{what}: {outcome:?}");
        assert!(cost.count_total <= good.count_total, "{what}: {cost:?}, and a good one {good:?}");
        // Decoding turns four bytes into three.
        assert!(cost.bytes_total < 16 * 1024, "{what}: {cost:?}");
    }
    let too_long = format!("{header}.{}.AAAA", encode(vec![b' '; 16 * 1024]));
    assert!(cost_of(&runtime, &verifier, &too_long).0.count_total <= 2);

    // A forged token without a `kid` is tried with some keys. Once the issuer was asked for newer keys, the failure is remembered.
    let forged = Key::p384(None).mint(&claims);
    let (cost, outcome) = cost_of(&runtime, &verifier, &forged);
    assert!(outcome.is_err_and(|error| error.retry_after().is_some()));
    assert!(cost.count_total <= good.count_total, "{cost:?}, and a good one {good:?}");
    runtime.block_on(pass(Duration::from_secs(10)));
    for attempt in 0..3 {
        let (cost, outcome) = cost_of(&runtime, &verifier, &forged);
        assert!(outcome.as_ref().is_err_and(is_invalid), "{outcome:?}");
        assert!(attempt == 0 || cost.count_total <= 2, "{cost:?}");
    }
}

#[test]
fn a_flood_of_unknown_keys_is_cheap() {
    const FLOOD: usize = 1_000;
    let (runtime, key, forger) = (runtime(), Key::ed25519("key"), Key::ed25519(None));
    let issuer = runtime.block_on(Issuer::publishing(&[&key]));
    for size in [0, 1 << 20] {
        let verifier = Issuers::from(scopegate::Issuer::new(issuer.id()).audience(API)).cache_size(size);
        let mut claims = issuer.claims(API, "");
        claims["iat"] = json!(now());
        runtime.block_on(verifier.verify_text(&key.mint(&claims))).expect("a good token");
        let asked = issuer.key_requests();
        claims["jti"] = json!("another");
        let (good, outcome) = cost_of(&runtime, &verifier, &key.mint(&claims));
        outcome.expect("a good token");

        for wave in 0..3 {
            let (mut refused, mut bytes) = (0, 0);
            for n in 0..FLOOD {
                let header = json!({ "alg": "EdDSA", "kid": format!("{wave} {n}") });
                let (cost, outcome) = cost_of(&runtime, &verifier, &forger.mint_with(&header, &claims));
                refused += usize::from(is_invalid(&outcome.expect_err("nobody has that key")));
                // The first token makes the verifier load the keys, if they are due.
                if wave == 0 || n > 0 {
                    assert!(cost.count_total <= good.count_total, "{cost:?}, and a good one {good:?}");
                    bytes += cost.bytes_total;
                }
            }
            assert!(bytes <= FLOOD as u64 * good.bytes_total, "{bytes}, and a good one {good:?}");
            assert_eq!(issuer.key_requests(), asked + wave, "once in ten seconds");
            assert_eq!(
                refused,
                usize::from(wave > 0),
                "only the first token came before the issuer was asked"
            );
            runtime.block_on(pass(Duration::from_secs(10)));
        }
    }
}

#[tokio::test]
async fn a_remembered_refusal_without_a_kid_waits_for_newer_keys() {
    let (old, new) = (Key::ed25519(None), Key::ed25519(None));
    let issuer = Issuer::publishing(&[&old]).await;
    let verifier = Issuers::new([scopegate::Issuer::new(issuer.id()).audience(API)]);
    let token = new.mint(&issuer.claims(API, ""));
    for _ in 0..2 {
        assert!(verifier.verify_text(&token).await.is_err());
    }
    issuer.publish(&[&old, &new]);
    assert!(verifier.verify_text(&token).await.is_err(), "the keys were just loaded");
    assert_eq!(issuer.key_requests(), 1);
    pass(Duration::from_secs(10)).await;
    assert!(verifier.verify_text(&token).await.is_ok());
}

#[tokio::test]
async fn lists_are_no_objects() {
    let key = Key::ed25519("key");
    let issuer = Issuer::publishing(&[&key]).await;
    let verifier = Issuers::new([scopegate::Issuer::new(issuer.id()).audience(API)]);
    let claims = issuer.claims(API, "").to_string();
    let good = r#"{"alg":"EdDSA","typ":"at+jwt","kid":"key"}"#;
    assert!(verifier.verify_text(&key.mint_text(good, &claims)).await.is_ok());
    for (header, claims) in [
        (r#"["EdDSA","at+jwt","key",false]"#, claims.as_str()),
        (r#"["EdDSA","at+jwt","key"]"#, claims.as_str()),
        (good, &format!("[{claims}]")),
        (good, &format!(r#"["{}"]"#, issuer.id())),
    ] {
        let outcome = verifier.verify_text(&key.mint_text(header, claims)).await;
        assert!(outcome.as_ref().is_err_and(is_invalid), "{header} {claims}: {outcome:?}");
    }

    let token = key.mint_text(good, &claims);
    let metadata = json!([issuer.id(), issuer.jwks_uri()]).to_string();
    issuer.answer_metadata(Answer::Text(200, metadata));
    let outcome = Issuers::new([scopegate::Issuer::new(issuer.id()).audience(API)]).verify_text(&token).await;
    assert!(outcome.as_ref().is_err_and(|error| error.retry_after().is_some()), "{outcome:?}");
    issuer.answer_metadata(Answer::Document);
    issuer.answer_keys(Answer::Text(200, json!([[key.jwk()]]).to_string()));
    let outcome = Issuers::new([scopegate::Issuer::new(issuer.id()).audience(API)]).verify_text(&token).await;
    assert!(outcome.as_ref().is_err_and(|error| error.retry_after().is_some()), "{outcome:?}");
}

#[tokio::test]
async fn nothing_stands_twice_in_a_token() {
    let key = Key::ed25519("key");
    let issuer = Issuer::publishing(&[&key]).await;
    let verifier = Issuers::new([scopegate::Issuer::new(issuer.id()).audience(API)]);
    let claims = issuer.claims(API, "files:read").to_string();
    let claims_and = |more: &str| format!("{},{more}}}", claims.trim_end_matches('}'));
    let good = r#"{"alg":"EdDSA","kid":"key"}"#;
    assert!(verifier.verify_text(&key.mint_text(good, &claims_and(r#""x":{"y":1}"#))).await.is_ok());
    for (header, claims) in [
        (good, claims_and(r#""scope":"admin""#)),
        (good, claims_and(r#""\u0073cope":"admin""#)),
        (good, claims_and(&format!(r#""iss":"{}""#, issuer.id()))),
        (good, claims_and(r#""x":1,"x":1"#)),
        (good, claims_and(r#""realm":{"roles":[],"roles":["admin"]}"#)),
        (r#"{"alg":"EdDSA","kid":"key","kid":"key"}"#, claims.clone()),
        (r#"{"alg":"EdDSA","kid":"key","x":1,"x":1}"#, claims.clone()),
    ] {
        let outcome = verifier.verify_text(&key.mint_text(header, &claims)).await;
        assert!(outcome.as_ref().is_err_and(is_invalid), "{header} {claims}: {outcome:?}");
    }
}

/// From an ECDSA signature anybody can make a second valid one without the key, by subtracting `s` from the order of the curve.
#[tokio::test]
async fn a_second_text_of_a_token_is_the_same_token() {
    const ORDER: [u8; 32] = [
        0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa,
        0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
    ];
    let key = Key::p256("key");
    let issuer = Issuer::publishing(&[&key]).await;
    let mut claims = issuer.claims(API, "files:read");
    claims["jti"] = json!("the one");
    let token = key.mint(&claims);

    let (message, signature) = token.rsplit_once('.').expect("a token");
    let mut signature = URL_SAFE_NO_PAD.decode(signature).expect("base64url");
    let mut borrow = 0;
    for (s, order) in signature[32..].iter_mut().zip(ORDER).rev() {
        let difference = i16::from(order) - i16::from(*s) - borrow;
        borrow = i16::from(difference < 0);
        *s = u8::try_from(difference + 256 * borrow).expect("a digit");
    }
    let twin = format!("{message}.{}", encode(signature));
    assert_ne!(twin, token);

    let verifier = Issuers::new([scopegate::Issuer::new(issuer.id()).audience(API)]);
    let mut seen = Vec::new();
    for text in [&token, &twin] {
        let token = verifier.verify_text(text).await.expect("both signatures are valid");
        let claims = token.claims::<Value>().expect("claims are JSON");
        seen.push((token.subject().map(str::to_owned), claims["jti"].clone()));
    }
    assert_eq!(seen[0], seen[1], "what a deny-list should name");
    assert_eq!(seen[0].1, "the one");
}
