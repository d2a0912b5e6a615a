//! An authorization server publishes, withdraws or replaces keys just after they were loaded. The tests check which tokens are
//! accepted, and how often the server is asked.

mod served;

use std::time::Duration;

use scopegate::Issuers;
use scopegate_tests::{
    issuer::{Answer, Issuer, Key, now},
    passing::{at_once, until},
};
use serde_json::{Value, json};
use tokio::time;

use served::{API, Api, FILES, INVALID, aged, claims, later, numbered, seconds, token};

/// Returns the `Retry-After` of an answer, and checks that it is between one and ten seconds.
#[track_caller]
fn pause(answer: &str) -> u64 {
    let pause = (1..=10).find(|seconds| answer == later(*seconds));
    pause.unwrap_or_else(|| panic!("{answer}")).into()
}

fn with_iat(issuer: &Issuer, key: &Key, iat: Value) -> String {
    let mut claims = claims(issuer, 0);
    claims["iat"] = iat;
    key.mint(&claims)
}

#[tokio::test]
async fn a_key_published_just_after_a_load() {
    let (old, new) = (Key::ed25519("old"), Key::ed25519("new"));
    let issuer = Issuer::publishing(&[]).await;
    let apis = Api::both(&issuer).into_iter().flat_map(|api| [(api.clone(), 0), (api, 7)]);
    for (number, (api, passed)) in apis.enumerate() {
        issuer.publish(&[&old]);
        seconds(10).await;
        assert_eq!(api.get(&token(&issuer, &Key::ed25519("unknown"))).await, INVALID, "the keys are new");
        let asked = issuer.key_requests();

        issuer.publish(&[&old, &new]);
        seconds(passed).await;
        let of_new = numbered(&issuer, &new, number);
        let wait = pause(&at_once(api.get(&of_new)).await);
        assert!(wait <= 10 - passed, "{wait} seconds, {passed} after the load");
        assert_eq!(
            pause(&at_once(api.get(&of_new)).await),
            wait,
            "a client that does not wait gets the same answer"
        );
        assert_eq!(issuer.key_requests(), asked);
        seconds(wait).await;
        assert_eq!(api.get(&of_new).await, FILES, "the client kept its token");
        assert_eq!(issuer.key_requests(), asked + 1);
    }
}

#[tokio::test]
async fn a_token_that_came_while_keys_were_loaded() {
    let (old, new) = (Key::ed25519("old"), Key::ed25519("new"));
    let issuer = Issuer::publishing(&[]).await;
    for api in Api::both(&issuer) {
        issuer.publish(&[&old]);
        assert_eq!(api.get(&token(&issuer, &old)).await, FILES);
        seconds(10).await;
        let asked = issuer.key_requests();
        issuer.answer_keys(Answer::Held);
        let first = tokio::spawn({
            let (api, token) = (api.clone(), token(&issuer, &Key::ed25519("unknown")));
            async move { api.get(&token).await }
        });
        // The server holds an answer without the new key.
        until(|| issuer.key_requests() > asked).await;
        issuer.publish(&[&old, &new]);
        let of_new = token(&issuer, &new);
        let second = tokio::spawn({
            let (api, token) = (api.clone(), of_new.clone());
            async move { api.get(&token).await }
        });
        time::sleep(Duration::from_millis(50)).await;
        issuer.answer_keys(Answer::Document);
        issuer.release();
        assert_eq!(first.await.expect("an answer"), INVALID, "the issuer was asked after the token came");
        let wait = pause(&second.await.expect("an answer"));
        assert_eq!(issuer.key_requests(), asked + 1);
        seconds(wait).await;
        assert_eq!(api.get(&of_new).await, FILES);
    }
}

#[tokio::test]
async fn a_token_of_no_key_is_refused_once_the_issuer_was_asked() {
    let (key, unknown) = (Key::ed25519("key"), Key::ed25519("unknown"));
    let issuer = Issuer::publishing(&[&key]).await;
    for api in Api::both(&issuer) {
        assert_eq!(api.get(&token(&issuer, &key)).await, FILES);
        let bad = token(&issuer, &unknown);
        seconds(pause(&api.get(&bad).await)).await;
        assert_eq!(api.get(&bad).await, INVALID);
    }
}

#[tokio::test]
async fn a_token_that_is_known_to_be_bad_stays_bad() {
    let (key, unknown) = (Key::ed25519("key"), Key::ed25519("unknown"));
    let issuer = Issuer::publishing(&[&key]).await;
    let api = Api::new(&issuer);
    assert_eq!(api.get(&token(&issuer, &key)).await, FILES);
    let (early, late) = (numbered(&issuer, &unknown, 1), numbered(&issuer, &unknown, 2));
    pause(&api.get(&early).await);
    // Another token makes the verifier load the keys, and `early` comes again just after each load.
    for _ in 0..5 {
        seconds(10).await;
        assert_eq!(api.get(&numbered(&issuer, &unknown, 0)).await, INVALID);
        for _ in 0..2 {
            assert_eq!(at_once(api.get(&early)).await, INVALID, "the issuer was asked after the token came");
        }
    }
    pause(&api.get(&late).await);

    issuer.set_down(true);
    for _ in 0..3 {
        seconds(40).await;
        assert_eq!(api.get(&early).await, INVALID, "the issuer need not be asked again");
    }
    pause(&api.get(&late).await);
    issuer.set_down(false);
    issuer.publish(&[&key, &unknown]);
    seconds(30).await;
    assert_eq!(api.get(&early).await, FILES, "the refusal lasted only while the keys were unchanged");
}

#[tokio::test]
async fn a_withdrawn_key_and_the_age_of_its_tokens() {
    let (old, new) = (Key::ed25519("old"), Key::ed25519("new"));
    let issuer = Issuer::publishing(&[]).await;
    for (api, remembers) in Api::both(&issuer).into_iter().zip([true, false]) {
        issuer.publish(&[&old]);
        let (of_old, seen) = (aged(&issuer, &old), token(&issuer, &old));
        for token in [&of_old, &seen] {
            assert_eq!(api.get(token).await, FILES);
        }
        issuer.publish(&[&new]);
        seconds(10).await;
        assert_eq!(api.get(&token(&issuer, &new)).await, FILES);
        let asked = issuer.key_requests();
        assert_eq!(at_once(api.get(&of_old)).await, INVALID, "its key would have been published");
        if remembers {
            assert_eq!(
                at_once(api.get(&seen)).await,
                INVALID,
                "the token came before, and the issuer was asked after that"
            );
        } else {
            seconds(pause(&api.get(&seen).await)).await;
            assert_eq!(api.get(&seen).await, INVALID);
        }
        // Known keys stay valid while the server is down.
        issuer.set_down(true);
        seconds(10).await;
        assert_eq!(api.get(&of_old).await, INVALID);
        issuer.set_down(false);
        assert!(issuer.key_requests() <= asked + 1);
        seconds(1).await;
    }
}

#[tokio::test]
async fn a_lie_about_its_age_gains_a_token_nothing() {
    let (key, forger) = (Key::ed25519("key"), Key::ed25519("forger"));
    let issuer = Issuer::publishing(&[&key]).await;
    for api in Api::both(&issuer) {
        assert_eq!(api.get(&token(&issuer, &key)).await, FILES);
        let asked = issuer.key_requests();
        for (iat, is_old) in [
            (json!(now() - 120), true),
            (json!(now() - 50), false),
            (json!(now() + 1_000_000), false),
            (json!(0), true),
            (json!(-1e300), true),
            (json!(1e300), false),
            (json!("0"), false),
            (json!(null), false),
            (json!([0]), false),
        ] {
            let token = with_iat(&issuer, &forger, iat.clone());
            let answer = at_once(api.get(&token)).await;
            if is_old {
                assert_eq!(answer, INVALID, "{iat}");
            } else {
                pause(&answer);
            }
        }
        assert_eq!(issuer.key_requests(), asked, "none of them makes the verifier ask the issuer");
        seconds(10).await;
        for iat in [json!(now() + 1_000_000), json!(1e300), json!(null), json!(now() - 50)] {
            let answer = api.get(&with_iat(&issuer, &forger, iat.clone())).await;
            assert!(answer == INVALID || pause(&answer) > 0, "{iat}: {answer}");
        }
        assert_eq!(
            issuer.key_requests(),
            asked + 1,
            "all of them together make the verifier ask the issuer once"
        );
        // The claimed time of issue does not affect a valid token.
        for iat in [json!(0), json!(now() + 1_000_000), json!("x")] {
            assert_eq!(api.get(&with_iat(&issuer, &key, iat.clone())).await, FILES, "{iat}");
        }
    }
}

#[tokio::test]
async fn a_key_replaced_under_the_same_name() {
    let (old, new) = (Key::ed25519("key"), Key::ed25519("key"));
    let issuer = Issuer::publishing(&[]).await;
    for (api, remembers) in Api::both(&issuer).into_iter().zip([true, false]) {
        issuer.publish(&[&old]);
        let (of_old, of_new) = (token(&issuer, &old), token(&issuer, &new));
        assert_eq!(api.get(&of_old).await, FILES);
        issuer.publish(&[&new]);
        let asked = issuer.key_requests();
        assert_eq!(at_once(api.get(&of_new)).await, INVALID, "until the keys may be loaded again");
        assert_eq!(at_once(api.get(&of_old)).await, FILES);
        seconds(10).await;
        assert_eq!(api.get(&of_new).await, FILES, "remembered: {remembers}");
        assert_eq!(issuer.key_requests(), asked + 1);
        assert_eq!(at_once(api.get(&of_old)).await, INVALID);
    }
}

#[tokio::test]
async fn a_forged_token_of_a_known_key_has_the_issuer_asked_once_in_ten_seconds() {
    let key = Key::ed25519("key");
    let issuer = Issuer::publishing(&[&key]).await;
    for api in Api::both(&issuer) {
        let good = token(&issuer, &key);
        assert_eq!(api.get(&good).await, FILES);
        let asked = issuer.key_requests();
        let forgers: Vec<_> = (0..10).map(|_| Key::ed25519("key")).collect();
        for round in 0..3 {
            for _ in 0..2 {
                let forged = forgers.iter().map(|forger| token(&issuer, forger));
                assert_eq!(api.get_all(forged).await, [INVALID; 10]);
                assert_eq!(issuer.key_requests(), asked + round);
            }
            assert_eq!(at_once(api.get(&good)).await, FILES, "other requests do not wait for it");
            seconds(10).await;
        }

        // A forged token is refused also while the issuer is down.
        issuer.set_down(true);
        for _ in 0..3 {
            let forged = forgers.iter().map(|forger| token(&issuer, forger));
            assert_eq!(api.get_all(forged).await, [INVALID; 10]);
            seconds(40).await;
        }
        issuer.set_down(false);
    }
}

#[tokio::test]
async fn keys_that_the_program_gives_are_all_there_are() {
    let (key, unknown, forger) = (Key::ed25519("key"), Key::ed25519("unknown"), Key::ed25519("key"));
    let issuer = Issuer::publishing(&[&key, &unknown]).await;
    let set = json!({ "keys": [key.jwk()] }).to_string();
    for size in [0, 1 << 20] {
        let rules = scopegate::Issuer::new(issuer.id()).audience(API).key_set(set.clone());
        let api = Api::with(Issuers::from(rules).cache_size(size));
        for _ in 0..3 {
            assert_eq!(at_once(api.get(&token(&issuer, &key))).await, FILES);
            assert_eq!(at_once(api.get(&token(&issuer, &unknown))).await, INVALID);
            assert_eq!(at_once(api.get(&token(&issuer, &forger))).await, INVALID);
            seconds(1200).await;
        }
    }
    assert_eq!(issuer.metadata_requests() + issuer.key_requests(), 0);
}
