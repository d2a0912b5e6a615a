//! What a hostile authorization server can do.

use scopegate::Issuers;
use scopegate_tests::issuer::{Answer, Issuer, Key};
use serde_json::json;

use super::{
    logs::log_of,
    tokens::{cost_of, runtime},
};

use crate::verifying::VerifyText;

const API: &str = "https://files.example.com";

#[tokio::test]
async fn an_issuer_sends_nobody_to_other_hosts() {
    let (key, elsewhere) = (Key::ed25519("key"), Key::ed25519("key"));
    let other = Issuer::publishing(&[&elsewhere]).await;
    let issuer = Issuer::publishing(&[&key]).await;
    issuer.set_metadata("jwks_uri", json!(other.jwks_uri()));
    let token = elsewhere.mint(&issuer.claims(API, "files:read"));
    let host = other.id().trim_start_matches("http://").to_owned();

    let (status, lines) =
        log_of(Issuers::new([scopegate::Issuer::new(issuer.id()).audience(API)]), &token).await;
    assert_eq!((status.as_u16(), other.key_requests()), (503, 0));
    assert!(lines[0].contains(&format!(r#"write `.key_hosts(["{host}"])`"#)), "{lines:?}");

    let named = Issuers::new([scopegate::Issuer::new(issuer.id()).audience(API).key_hosts([&host])]);
    assert!(named.verify_text(&token).await.is_ok(), "the program named it");
    assert_eq!(other.key_requests(), 1);
}

#[test]
fn documents_of_an_issuer_take_no_tree_in_memory() {
    const MEBIBYTE: usize = 1024 * 1024;
    let (runtime, key) = (runtime(), Key::ed25519("key"));
    let tiny = |count: usize| vec![r#"{"a":0}"#; count].join(",");
    let many = format!(r#"{{"keys":[{}]}}"#, tiny(MEBIBYTE / 8 - 10));
    let beside = format!(r#"{{"x":[{}],"keys":[{}]}}"#, tiny(MEBIBYTE / 8 - 100), key.jwk());
    for (what, set, is_good) in [("many keys", many, false), ("other members", beside, true)] {
        let issuer = runtime.block_on(Issuer::publishing(&[&key]));
        let token = key.mint(&issuer.claims(API, ""));
        // An unreadable set of the same size costs the test's server the same, so the difference is the cost of reading.
        let mut costs = ["x".repeat(set.len()), set].map(|text| {
            issuer.answer_keys(Answer::Text(200, text));
            let verifier = Issuers::new([scopegate::Issuer::new(issuer.id()).audience(API)]);
            let (cost, outcome) = cost_of(&runtime, &verifier, &token);
            (cost.bytes_total, outcome.is_ok())
        });
        costs[1].0 = costs[1].0.saturating_sub(costs[0].0);
        assert!(costs[1].0 < MEBIBYTE as u64 / 4, "{what}: {} bytes", costs[1].0);
        assert_eq!(costs.map(|(_, is_good)| is_good), [false, is_good], "{what}");
    }

    let issuer = runtime.block_on(Issuer::publishing(&[&key]));
    let token = key.mint(&issuer.claims(API, ""));
    let metadata = |extra: &str| {
        format!(r#"{{"x":[{extra}],"issuer":"{}","jwks_uri":"{}"}}"#, issuer.id(), issuer.jwks_uri())
    };
    let large = metadata(&tiny(MEBIBYTE / 8 - 100));
    let costs = [metadata(&format!("\"{}\"", "x".repeat(large.len() - 200))), large].map(|text| {
        issuer.answer_metadata(Answer::Text(200, text));
        let (cost, outcome) =
            cost_of(&runtime, &Issuers::new([scopegate::Issuer::new(issuer.id()).audience(API)]), &token);
        assert!(outcome.is_ok(), "{outcome:?}");
        cost.bytes_total
    });
    assert!(costs[1] < costs[0] + MEBIBYTE as u64 / 4, "{costs:?}");
}

#[tokio::test]
async fn a_set_of_too_many_keys_is_refused_and_known_keys_go_on() {
    let key = Key::ed25519("key");
    let issuer = Issuer::publishing(&[]).await;
    issuer.publish_jwks(vec![key.jwk(); 257]);
    let token = key.mint(&issuer.claims(API, ""));
    let (status, lines) =
        log_of(Issuers::new([scopegate::Issuer::new(issuer.id()).audience(API)]), &token).await;
    assert_eq!(status.as_u16(), 503);
    assert!(lines[0].contains("it has more than 256 keys"), "{lines:?}");
    issuer.publish_jwks(vec![key.jwk(); 256]);
    assert!(
        Issuers::new([scopegate::Issuer::new(issuer.id()).audience(API)]).verify_text(&token).await.is_ok()
    );
}
