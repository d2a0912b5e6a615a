//! The answers of a real gate while the authorization server fails or changes its keys.

mod served;

use scopegate::Issuers;
use scopegate_tests::{
    issuer::{Answer, Issuer, Key, now},
    passing::{at_once, until},
};
use serde_json::{Value, json};

use served::{API, Api, FILES, INVALID, aged, claims, later, numbered, seconds, token};

/// Sends a token of an unknown key, so that the verifier loads the keys again soon after a load.
async fn renew(api: &Api, issuer: &Issuer) {
    seconds(10).await;
    let asked = issuer.key_requests();
    assert_eq!(api.get(&token(issuer, &Key::ed25519("unknown"))).await, INVALID);
    assert_eq!(issuer.key_requests(), asked + 1);
}

async fn minutes(minutes: u64) {
    seconds(60 * minutes).await;
}

#[tokio::test]
async fn down_at_start() {
    let key = Key::ed25519("key");
    let issuer = Issuer::publishing(&[&key]).await;
    let good = token(&issuer, &key);
    for api in Api::both(&issuer) {
        issuer.set_down(true);
        assert_eq!(api.get(&good).await, later(1));
        assert_eq!(api.get(&token(&issuer, &Key::ed25519("key"))).await, later(1), "a forged one");
        assert_eq!(api.get("garbage").await, INVALID, "not a token");

        // Until the pause is over, requests are answered without asking the server again.
        let asked = issuer.metadata_requests();
        issuer.set_down(false);
        assert_eq!(at_once(api.get(&good)).await, later(1));
        assert_eq!(issuer.metadata_requests(), asked);
        seconds(1).await;
        assert_eq!(api.get(&good).await, FILES);
    }
}

#[tokio::test]
async fn nobody_listens() {
    let key = Key::ed25519("key");
    let issuer = Issuer::publishing(&[&key]).await;
    let (apis, token) = (Api::both(&issuer), token(&issuer, &key));
    issuer.stop().await;
    for api in apis {
        assert_eq!(api.get(&token).await, later(1));
    }
}

#[tokio::test]
async fn dies_later() {
    let (key, unknown) = (Key::ed25519("key"), Key::ed25519("unknown"));
    let issuer = Issuer::publishing(&[&key]).await;
    let (seen, new) = (token(&issuer, &key), numbered(&issuer, &key, 1));
    let (forged, of_unknown) = (token(&issuer, &Key::ed25519("key")), token(&issuer, &unknown));
    let apis = Api::both(&issuer);
    for api in &apis {
        assert_eq!(api.get(&seen).await, FILES);
    }
    issuer.stop().await;
    for (failures, pause) in [6, 12, 24, 600].into_iter().enumerate() {
        minutes(pause).await;
        for api in &apis {
            assert_eq!(api.get(&seen).await, FILES, "known keys outlive their server");
            assert_eq!(at_once(api.get(&seen)).await, FILES, "requests do not wait for it repeatedly");
            assert_eq!(api.get(&new).await, FILES);
            assert_eq!(api.get(&forged).await, INVALID);
            assert_eq!(api.get(&of_unknown).await, later(1 << failures), "the token cannot be judged");
        }
    }
}

#[tokio::test]
async fn is_up_again() {
    let (old, new) = (Key::ed25519("old"), Key::ed25519("new"));
    let issuer = Issuer::publishing(&[&old]).await;
    for api in Api::both(&issuer) {
        issuer.publish(&[&old]);
        assert_eq!(api.get(&token(&issuer, &old)).await, FILES);
        issuer.set_down(true);
        minutes(6).await;
        assert_eq!(api.get(&token(&issuer, &new)).await, later(1));

        issuer.set_down(false);
        issuer.publish(&[&new]);
        seconds(1).await;
        assert_eq!(api.get(&token(&issuer, &new)).await, FILES);
        assert_eq!(api.get(&aged(&issuer, &old)).await, INVALID);
    }
}

#[tokio::test]
async fn slow() {
    let key = Key::ed25519("key");
    for size in [0, 1 << 20] {
        let issuer = Issuer::publishing(&[&key]).await;
        issuer.answer_keys(Answer::Held);
        let api =
            Api::with(Issuers::new([scopegate::Issuer::new(issuer.id()).audience(API)]).cache_size(size));
        let good = token(&issuer, &key);
        let request = tokio::spawn({
            let (api, good) = (api.clone(), good.clone());
            async move { api.get(&good).await }
        });
        until(|| issuer.key_requests() == 1).await;
        seconds(8).await;
        assert!(!request.is_finished(), "it waits");
        issuer.release();
        assert_eq!(request.await.expect("an answer"), FILES);

        // A token of a known key does not wait.
        minutes(6).await;
        assert_eq!(at_once(api.get(&good)).await, FILES);
        assert_eq!(at_once(api.get(&numbered(&issuer, &key, 1))).await, FILES);
        until(|| issuer.key_requests() == 2).await;
    }
}

#[tokio::test]
async fn too_slow() {
    let key = Key::ed25519("key");
    for metadata in [true, false] {
        let issuer = Issuer::publishing(&[&key]).await;
        if metadata {
            issuer.answer_metadata(Answer::Held);
        } else {
            issuer.answer_keys(Answer::Held);
        }
        let (api, token) = (Api::new(&issuer), token(&issuer, &key));
        let request = tokio::spawn(async move { api.get(&token).await });
        until(|| issuer.metadata_requests() + issuer.key_requests() == if metadata { 1 } else { 2 }).await;
        seconds(11).await;
        assert_eq!(request.await.expect("an answer"), later(1));
    }
}

#[tokio::test]
async fn answers_that_are_none() {
    let key = Key::ed25519("key");
    let elsewhere = Issuer::publishing(&[&key]).await;
    let whole = json!({ "keys": [key.jwk()] }).to_string();
    let text = |status, text: &str| Answer::Text(status, text.to_owned());
    for (what, answer) in [
        ("an error", text(500, &whole)),
        ("not found", text(404, &whole)),
        ("another success", text(203, &whole)),
        ("HTML", text(200, "<!doctype html><title>Sign in</title>")),
        ("truncated", text(200, &whole[..whole.len() - 2])),
        ("empty", text(200, "")),
        ("an array", text(200, "[]")),
        ("another object", text(200, "{}")),
        ("100 MiB", Answer::Padded(100)),
        ("a redirect", Answer::Redirect(elsewhere.jwks_uri())),
        (
            "a redirect to metadata",
            Answer::Redirect(format!("{}/.well-known/openid-configuration", elsewhere.id())),
        ),
    ] {
        for of_metadata in [true, false] {
            let issuer = Issuer::publishing(&[&key]).await;
            let fail = |answer| {
                if of_metadata { issuer.answer_metadata(answer) } else { issuer.answer_keys(answer) }
            };
            fail(answer.clone());
            let (api, good) = (Api::new(&issuer), token(&issuer, &key));
            assert_eq!(api.get(&good).await, later(1), "{what}");
            assert!(issuer.padding_sent() < 50, "{what} is not read to its end");

            fail(Answer::Document);
            seconds(1).await;
            assert_eq!(api.get(&good).await, FILES, "{what}");
        }
    }
    assert_eq!(elsewhere.metadata_requests() + elsewhere.key_requests(), 0);
}

#[tokio::test]
async fn metadata_of_somebody_else() {
    let key = Key::ed25519("key");
    let other = Issuer::publishing(&[&key]).await;
    let slash = |issuer: &Issuer| json!(format!("{}/", issuer.id()));
    for (name, value) in [
        ("issuer", None),
        ("issuer", Some(json!(other.id()))),
        ("issuer", Some(json!("https://evil.example.com"))),
        ("issuer", Some(Value::Null)),
        ("jwks_uri", Some(Value::Null)),
        ("jwks_uri", Some(json!("http://keys.example.com/"))),
        ("jwks_uri", Some(json!("/keys"))),
        ("jwks_uri", Some(json!("file:///etc/keys"))),
    ] {
        let issuer = Issuer::publishing(&[&key]).await;
        let value = value.unwrap_or_else(|| slash(&issuer));
        issuer.set_metadata(name, value.clone());
        assert_eq!(Api::new(&issuer).get(&token(&issuer, &key)).await, later(1), "{name} = {value}");
        assert_eq!(issuer.key_requests(), 0, "{name} = {value}");
    }
}

#[tokio::test]
async fn an_empty_key_set_is_no_fault_of_the_token() {
    let key = Key::ed25519("key");
    let issuer = Issuer::publishing(&[&key]).await;
    for api in Api::both(&issuer) {
        issuer.publish(&[&key]);
        assert_eq!(api.get(&token(&issuer, &key)).await, FILES);
        issuer.publish(&[]);
        minutes(20).await;
        assert_eq!(api.get(&token(&issuer, &key)).await, later(10));
    }
}

#[tokio::test]
async fn a_withdrawn_key() {
    let (old, new) = (Key::ed25519("old"), Key::ed25519("new"));
    let issuer = Issuer::publishing(&[]).await;
    for api in Api::both(&issuer) {
        issuer.publish(&[&old]);
        let of_old = aged(&issuer, &old);
        assert_eq!(api.get(&of_old).await, FILES);
        issuer.publish(&[&new]);
        let asked = issuer.key_requests();

        minutes(4).await;
        assert_eq!(at_once(api.get(&of_old)).await, FILES, "the keys are fresh");
        assert_eq!(issuer.key_requests(), asked);

        // A single request with a known token makes the verifier renew the keys.
        minutes(2).await;
        assert_eq!(at_once(api.get(&of_old)).await, FILES, "while they are renewed");
        until(|| issuer.key_requests() > asked).await;
        assert_eq!(api.get(&token(&issuer, &new)).await, FILES, "this waits for the same attempt");
        assert_eq!(api.get(&of_old).await, INVALID);
        assert_eq!(issuer.key_requests(), asked + 1);
    }
}

#[tokio::test]
async fn a_key_withdrawn_during_a_pause() {
    let (old, new) = (Key::ed25519("old"), Key::ed25519("new"));
    let issuer = Issuer::publishing(&[]).await;
    for api in Api::both(&issuer) {
        issuer.publish(&[&old]);
        let of_old = token(&issuer, &old);
        assert_eq!(api.get(&of_old).await, FILES);
        issuer.publish(&[&new]);
        minutes(16).await;
        assert_eq!(api.get(&of_old).await, INVALID, "old keys are renewed before they are used");
    }
}

#[tokio::test]
async fn a_key_withdrawn_during_a_pause_after_a_failure() {
    let (old, new) = (Key::ed25519("old"), Key::ed25519("new"));
    let issuer = Issuer::publishing(&[]).await;
    for api in Api::both(&issuer) {
        issuer.publish(&[&old]);
        let of_old = token(&issuer, &old);
        assert_eq!(api.get(&of_old).await, FILES);
        issuer.set_down(true);
        minutes(6).await;
        // The attempt in the background fails.
        assert_eq!(api.get(&of_old).await, FILES);
        assert!(api.get(&numbered(&issuer, &new, 1)).await.contains("503"));
        issuer.set_down(false);
        issuer.publish(&[&new]);
        minutes(600).await;
        assert_eq!(api.get(&of_old).await, INVALID, "an old failure does not prolong old keys");
    }
}

#[tokio::test]
async fn another_key_of_the_same_name() {
    let (old, new) = (Key::ed25519("key"), Key::ed25519("key"));
    let issuer = Issuer::publishing(&[]).await;
    for api in Api::both(&issuer) {
        issuer.publish(&[&old]);
        let (of_old, of_new) = (token(&issuer, &old), token(&issuer, &new));
        assert_eq!(api.get(&of_old).await, FILES);
        for _ in 0..2 {
            assert_eq!(api.get(&of_new).await, INVALID, "forged, until now");
        }
        issuer.publish(&[&new]);
        renew(&api, &issuer).await;
        assert_eq!(api.get(&of_old).await, INVALID);
        assert_eq!(api.get(&of_new).await, FILES);
    }
}

#[tokio::test]
async fn a_key_that_is_for_something_else_now() {
    let key = Key::ed25519("key");
    let issuer = Issuer::publishing(&[]).await;
    for api in Api::both(&issuer) {
        issuer.publish(&[&key, &Key::ed25519("other")]);
        let token = aged(&issuer, &key);
        assert_eq!(api.get(&token).await, FILES);
        let mut jwk = key.jwk();
        jwk["use"] = json!("enc");
        issuer.publish_jwks(vec![jwk, Key::ed25519("other").jwk()]);
        renew(&api, &issuer).await;
        assert_eq!(api.get(&token).await, INVALID);
    }
}

#[tokio::test]
async fn two_keys_of_one_name() {
    let (first, second) = (Key::ed25519("key"), Key::ed25519("key"));
    let issuer = Issuer::publishing(&[]).await;
    for api in Api::both(&issuer) {
        issuer.publish(&[&first, &second]);
        let (of_first, of_second) = (token(&issuer, &first), token(&issuer, &second));
        for _ in 0..2 {
            assert_eq!(api.get(&of_first).await, FILES);
            assert_eq!(api.get(&of_second).await, FILES);
            assert_eq!(api.get(&token(&issuer, &Key::ed25519("key"))).await, INVALID);
        }
        issuer.publish(&[&second]);
        renew(&api, &issuer).await;
        assert_eq!(api.get(&of_first).await, INVALID);
        assert_eq!(api.get(&of_second).await, FILES);
    }
}

#[tokio::test]
async fn keys_rotate_under_load() {
    const LOAD: usize = 50;
    let (old, new) = (Key::ed25519("old"), Key::ed25519("new"));
    let issuer = Issuer::publishing(&[&old]).await;
    let api = Api::new(&issuer);
    // Half of the requests repeat a token.
    let load = |key| (0..LOAD).map(|n| numbered(&issuer, key, n / 2)).collect::<Vec<_>>();
    // The tokens are made once. A token made again in another second would be a new token.
    let (of_old, of_new) = (load(&old), load(&new));
    assert_eq!(api.get_all(of_old.clone()).await, [FILES; LOAD]);

    issuer.publish(&[&old, &new]);
    seconds(10).await;
    assert_eq!(api.get_all([&*of_new, &*of_old].concat()).await, [FILES; 2 * LOAD]);
    assert_eq!(issuer.key_requests(), 2);

    issuer.publish(&[&new]);
    minutes(6).await;
    let during = api.get_all([&*of_new, &*of_old].concat()).await;
    assert!(during.iter().all(|answer| answer == FILES || answer == INVALID), "{during:?}");
    assert_eq!(api.get_all(of_new.clone()).await, [FILES; LOAD], "tokens of the new key are always accepted");
    until(|| issuer.key_requests() == 3).await;
    let of_unknown = token(&issuer, &Key::ed25519("unknown"));
    assert_eq!(api.get(&of_unknown).await, later(10), "the attempt began before the token came");
    assert_eq!(api.get_all(of_old.clone()).await, [INVALID; LOAD]);
    assert_eq!(api.get_all(of_new.clone()).await, [FILES; LOAD]);
    assert_eq!(issuer.key_requests(), 3);
}

#[tokio::test]
async fn a_thousand_requests_before_the_first_key() {
    let key = Key::ed25519("key");
    for size in [0, 1 << 20] {
        let issuer = Issuer::publishing(&[&key]).await;
        let api =
            Api::with(Issuers::new([scopegate::Issuer::new(issuer.id()).audience(API)]).cache_size(size));
        let tokens = (0..1000).map(|n| numbered(&issuer, &key, n / 2));
        assert_eq!(api.get_all(tokens).await, [FILES; 1000]);
        assert_eq!((issuer.metadata_requests(), issuer.key_requests()), (1, 1));
    }
}

#[tokio::test]
async fn a_storm_of_unknown_keys() {
    let (key, forger) = (Key::ed25519("key"), Key::ed25519("forger"));
    let issuer = Issuer::publishing(&[&key]).await;
    for (api, remembers) in Api::both(&issuer).into_iter().zip([true, false]) {
        let (asked, good) = (issuer.key_requests(), token(&issuer, &key));
        assert_eq!(api.get(&good).await, FILES);
        let claims = claims(&issuer, 0);
        let named = |n: i32| forger.mint_with(&json!({ "alg": "EdDSA", "kid": n.to_string() }), &claims);
        let storm = |wave| (wave * 100..wave * 100 + 100).map(named);
        assert_eq!(api.get_all(storm(0)).await, vec![later(10); 100], "the keys were just loaded");
        for wave in 1..4 {
            assert_eq!(issuer.key_requests(), asked + wave, "at most once in ten seconds");
            assert_eq!(at_once(api.get(&good)).await, FILES);
            seconds(10).await;
            let wave = i32::try_from(wave).unwrap();
            assert_eq!(
                api.get_all(storm(wave)).await,
                [INVALID; 100],
                "the issuer was asked after they came"
            );
            // A key that the verifier does not know may have been published since the last load. Without a cache, the
            // refused tokens of the wave before count as unknown again.
            assert_eq!(api.get_all(storm(wave + 1)).await, vec![later(10); 100]);
            let again = if remembers { INVALID.to_owned() } else { later(10) };
            assert_eq!(api.get_all(storm(wave)).await, vec![again; 100], "the same once more");
        }
        assert_eq!(issuer.key_requests(), asked + 4);

        seconds(10).await;
        issuer.set_down(true);
        let failed = issuer.metadata_requests();
        assert_eq!(api.get_all(storm(9)).await, vec![later(1); 100]);
        assert_eq!(issuer.metadata_requests(), failed + 2, "each of two addresses once");
        assert_eq!(at_once(api.get(&good)).await, FILES);
        let known = if remembers { INVALID.to_owned() } else { later(1) };
        assert_eq!(
            api.get_all(storm(3)).await,
            vec![known; 100],
            "a token known to be invalid stays invalid"
        );
        issuer.set_down(false);
    }
}

/// `jwt::claims_decide` tests the other times.
#[tokio::test]
async fn clocks_differ() {
    let key = Key::ed25519("key");
    let issuer = Issuer::publishing(&[&key]).await;
    for api in Api::both(&issuer) {
        for (name, offset, expected) in [("exp", -20, FILES), ("nbf", 20, FILES), ("nbf", 40, INVALID)] {
            let mut claims = issuer.claims(API, "files:read");
            claims[name] = json!(now() + offset);
            let token = key.mint(&claims);
            for _ in 0..2 {
                assert_eq!(api.get(&token).await, expected, "{name} in {offset} seconds");
            }
        }
    }
}
