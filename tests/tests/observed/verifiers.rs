//! What the built-in verifiers report about their cache and about a token's claims.

use std::time::Duration;

use scopegate::{Gate, Introspection, Issuer, Resource};
use scopegate_tests::{
    exchange::send,
    introspecting::{Introspecting, Reply},
    issuer::{self, Key},
};
use serde_json::json;

use crate::{
    apps,
    recorded::{API, Record, Records},
};

async fn told_of(gate: Gate, token: &str, times: usize) -> Vec<Record> {
    let records = Records::default();
    let (app, _) = apps::router(&gate.observe(records.clone()));
    for _ in 0..times {
        send(&app, "GET /files/a", &[&format!("authorization: Bearer {token}")]).await;
    }
    let told = records.take();
    assert!(told.iter().all(|record| !format!("{record:?}").contains(token)), "{told:?}");
    told
}

fn cached(told: &[Record]) -> Vec<Option<bool>> {
    told.iter().map(|record| record.cached).collect()
}

#[tokio::test]
async fn a_jwt_is_judged_anew_and_then_remembered() {
    let key = Key::ed25519("key");
    let server = issuer::Issuer::publishing(&[&key]).await;
    let mut claims = server.claims(API, "files:read");
    claims["act"] = json!({ "sub": "agent" });
    claims["client_id"] = json!("editor");
    let token = key.mint(&claims);
    let gate = || Resource::new(API).unwrap();
    let told = told_of(Gate::issuers(gate(), [Issuer::new(server.id())]), &token, 3).await;
    assert_eq!(cached(&told), [Some(false), Some(true), Some(true)]);
    for record in &told {
        assert_eq!((record.client.as_deref(), record.actor.as_deref()), (Some("editor"), Some("agent")));
    }
    let without = scopegate::Issuers::new([Issuer::new(server.id())]).cache_size(0);
    assert_eq!(cached(&told_of(Gate::issuers(gate(), without), &token, 2).await), [Some(false), Some(false)]);

    // For a refused token nothing is reported, even if the refusal was cached.
    let forged = Key::ed25519("key").mint(&claims);
    let told = told_of(Gate::issuers(gate(), [Issuer::new(server.id())]), &forged, 2).await;
    assert_eq!(cached(&told), [None, None]);
    assert!(told.iter().all(|record| record.token.is_some() && record.principal.is_none()), "{told:?}");
}

#[tokio::test]
async fn an_answer_about_an_opaque_token_is_remembered() {
    let server = Introspecting::start().await;
    server.reply(Reply::Content(
        200,
        "application/json",
        json!({ "active": true, "scope": "files:read", "sub": "alice", "aud": API }).to_string(),
    ));
    let settings = Introspection::new("files-api", "hidden").lifetime(Duration::from_secs(30));
    let issuer = Issuer::new(server.id()).introspection(settings);
    let gate = Gate::issuers(Resource::new(API).unwrap(), [issuer]);
    let told = told_of(gate, "the-opaque-token", 2).await;
    assert_eq!(cached(&told), [Some(false), Some(true)]);
    assert_eq!(told[0].token, told[1].token);
}
