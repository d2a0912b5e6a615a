//! Tests which outcomes are cached and for how long, and which requests share one question to the server.

use scopegate_tests::{
    introspecting::{Introspecting, Reply},
    passing::{at_once, until},
};
use serde_json::json;
use tokio::task::JoinSet;

use super::{
    super::{super::jwt::shared::Lookup, outcome::Outcome},
    *,
};

#[tokio::test]
async fn a_thousand_cold_requests_are_one_question() {
    for answer in [active(), json!({ "active": false })] {
        let server = Introspecting::start().await;
        let introspector = introspector(&server);
        server.reply(Reply::Held(answer.clone()));
        let mut requests = JoinSet::new();
        for _ in 0..1000 {
            let introspector = introspector.clone();
            requests.spawn(async move { ask(&introspector, "token").await });
        }
        until(|| server.asked() == 1).await;
        server.release();
        let expected = if answer["active"] == true { "active" } else { "inactive" };
        assert!(requests.join_all().await.iter().all(|outcome| outcome == expected));
        assert_eq!((server.asked(), server.metadata_requests()), (1, 1));
    }
}

#[tokio::test]
async fn who_comes_when_the_answer_is_there_asks_nothing() {
    let server = Introspecting::start().await;
    let introspector = introspector(&server);
    server.reply_json(&active());
    assert_eq!(ask(&introspector, "token").await, "active");
    let boarded = introspector.board(Lookup::of("token").keep());
    assert!(matches!(boarded, Err(Outcome::Active(_))), "the answer came after it was looked for");
}

/// Some requests with a token arrive at the same moment as the server's answer about this token.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn requests_on_several_threads_are_one_question() {
    let server = Introspecting::start().await;
    let introspector = introspector(&server);
    server.reply_json(&active());
    for round in 1..=50 {
        let mut requests = JoinSet::new();
        for _ in 0..200 {
            let introspector = introspector.clone();
            requests.spawn(async move { ask(&introspector, &format!("{round}")).await });
        }
        assert!(requests.join_all().await.iter().all(|outcome| outcome == "active"));
        assert_eq!(server.asked(), round);
    }
}

#[tokio::test]
async fn a_thousand_cold_requests_to_a_failing_server_are_one_question() {
    let server = Introspecting::start().await;
    let introspector = introspector(&server);
    for reply in [Reply::Later(503, 1), Reply::Content(500, "text/plain", String::new())] {
        server.reply(reply);
        let asked = server.asked();
        let mut requests = JoinSet::new();
        for _ in 0..1000 {
            let introspector = introspector.clone();
            requests.spawn(async move { ask(&introspector, "token").await });
        }
        for outcome in requests.join_all().await {
            is_later(&outcome, 1, "the status is 50");
        }
        assert_eq!(server.asked(), asked + 1);
        seconds(1.0).await;
    }
}

#[tokio::test]
async fn revocation_is_seen_within_the_lifetime() {
    for (settings, lifetime) in [
        (Introspection::new("files-api", "secret"), 30.0),
        (Introspection::new("files-api", "secret").lifetime(Duration::from_secs(3)), 3.0),
        (Introspection::new("files-api", "secret").lifetime(Duration::ZERO), 0.0),
    ] {
        let server = Introspecting::start().await;
        let introspector = with(&server, &settings);
        server.reply_json(&active());
        assert_eq!(ask(&introspector, "token").await, "active");
        server.reply_json(&json!({ "active": false }));
        if lifetime > 0.0 {
            seconds(lifetime - 0.1).await;
            assert_eq!(at_once(ask(&introspector, "token")).await, "active");
            assert_eq!(server.asked(), 1);
            seconds(0.1).await;
        }
        assert_eq!(ask(&introspector, "token").await, "inactive");
        assert_eq!(server.asked(), 2);
    }
}

/// The answer describes the state of the token at the time of the question.
#[tokio::test]
async fn the_lifetime_begins_with_the_question() {
    let server = Introspecting::start().await;
    let introspector = introspector(&server);
    server.reply(Reply::Held(active()));
    let request = tokio::spawn({
        let introspector = introspector.clone();
        async move { ask(&introspector, "token").await }
    });
    until(|| server.asked() == 1).await;
    seconds(4.0).await;
    server.release();
    assert_eq!(request.await.expect("an answer"), "active");
    server.reply_json(&json!({ "active": false }));
    seconds(25.9).await;
    assert_eq!(ask(&introspector, "token").await, "active");
    seconds(0.2).await;
    assert_eq!(ask(&introspector, "token").await, "inactive");
}

#[tokio::test]
async fn no_answer_counts_past_exp() {
    let server = Introspecting::start().await;
    let introspector = introspector(&server);
    NOW.set(START);
    let mut answer = active();
    for exp in [json!(START + 10.0), json!(START + 9.5), json!(1_000_010)] {
        NOW.set(START);
        answer["exp"] = exp.clone();
        server.reply_json(&answer);
        let token = exp.to_string();
        assert_eq!(ask(&introspector, &token).await, "active");
        server.reply_json(&json!({ "active": false }));
        let end = exp.as_f64().expect("a number");
        NOW.set(end - 0.1);
        assert_eq!(at_once(ask(&introspector, &token)).await, "active");
        NOW.set(end);
        assert_eq!(ask(&introspector, &token).await, "inactive", "the clock moved to {exp}");
    }
    NOW.set(START);
    answer["exp"] = json!(START - 1.0);
    server.reply_json(&answer);
    for asked in 1..3 {
        let before = server.asked();
        assert_eq!(
            ask(&introspector, "over").await,
            "active",
            "whether that counts is judged with its claims"
        );
        assert_eq!(server.asked(), before + 1, "it is not remembered, {asked}");
    }
}

#[tokio::test]
async fn a_clock_that_is_set_back_prolongs_nothing() {
    let server = Introspecting::start().await;
    let introspector = introspector(&server);
    server.reply_json(&active());
    assert_eq!(ask(&introspector, "token").await, "active");
    server.reply_json(&json!({ "active": false }));
    NOW.set(0.0);
    pass(Duration::from_secs(30)).await;
    assert_eq!(ask(&introspector, "token").await, "inactive");
}

#[tokio::test]
async fn what_is_not_active_is_remembered_for_five_seconds() {
    let server = Introspecting::start().await;
    let introspector = introspector(&server);
    assert_eq!(ask(&introspector, "token").await, "inactive");
    server.reply_json(&active());
    seconds(4.9).await;
    assert_eq!(at_once(ask(&introspector, "token")).await, "inactive");
    seconds(0.1).await;
    assert_eq!(ask(&introspector, "token").await, "active");
    assert_eq!(server.asked(), 2);
}

#[tokio::test]
async fn a_flood_of_unknown_tokens_pushes_no_good_one_out() {
    let server = Introspecting::start().await;
    let introspector = introspector(&server);
    server.reply_json(&active());
    assert_eq!(ask(&introspector, "good").await, "active");
    server.reply_json(&json!({ "active": false }));
    for number in 0..3000 {
        assert_eq!(ask(&introspector, &format!("{number}")).await, "inactive");
    }
    assert_eq!(at_once(ask(&introspector, "good")).await, "active");
    let (good, bad) = introspector.remembered();
    assert!(good == 1 && bad <= 1024, "{good} {bad}");
}

#[tokio::test]
async fn good_answers_are_bounded_and_go_when_they_are_over() {
    let server = Introspecting::start().await;
    let introspector = introspector(&server);
    let mut answer = active();
    answer["padding"] = json!("x".repeat(60_000));
    server.reply_json(&answer);
    for number in 0..400 {
        assert_eq!(ask(&introspector, &format!("{number}")).await, "active");
    }
    let (good, _) = introspector.remembered();
    assert!(good <= 280, "{good} answers of 60,000 bytes are more than 16 MiB");
    seconds(61.0).await;
    server.reply_json(&active());
    assert_eq!(ask(&introspector, "new").await, "active");
    assert_eq!(introspector.remembered().0, 1);
}

#[tokio::test]
async fn the_very_same_answer_is_handed_out_while_it_is_remembered() {
    let server = Introspecting::start().await;
    let introspector = introspector(&server);
    server.reply_json(&active());
    let get = async || match introspector.ask("token").await {
        Ok(Answer::Active(claims)) => claims,
        other => panic!("{other:?}"),
    };
    assert!(std::sync::Arc::ptr_eq(&get().await, &get().await));
}

#[tokio::test]
async fn claims_are_those_of_the_answer() {
    let server = Introspecting::start().await;
    let introspector = introspector(&server);
    server.reply_json(&json!({ "active": true, "aud": null, "exp": 1.5e6, "n": { "a": null } }));
    let expected = json!({ "active": true, "exp": 1.5e6, "n": { "a": null }, "iss": server.id() });
    assert_eq!(claims(&introspector, "token").await, expected);
    server.reply_json(&json!({ "active": true, "iss": "https://other.example" }));
    assert_eq!(
        claims(&introspector, "other").await["iss"],
        "https://other.example",
        "that is judged with the claims"
    );
}

#[tokio::test]
async fn what_is_no_access_token_is_refused() {
    let server = Introspecting::start().await;
    let introspector = introspector(&server);
    for (name, value, expected) in [
        ("token_type", "Bearer", true),
        ("token_type", "bearer", true),
        ("token_type", "access_token", true),
        ("token_type", "DPoP", false),
        ("token_type", "refresh_token", false),
        ("token_type", "N_A", false),
        ("token_use", "access_token", true),
        ("token_use", "refresh_token", false),
        ("token_use", "id", false),
        ("typ", "Bearer", true),
        ("typ", "Refresh", false),
        ("typ", "Offline", false),
        ("typ", "ID", false),
    ] {
        let mut answer = active();
        answer[name] = json!(value);
        server.reply_json(&answer);
        let asked = server.asked();
        for _ in 0..2 {
            let found = ask(&introspector, &format!("{name}-{value}")).await;
            let is_refused = found.starts_with("the token is not valid: it");
            assert_eq!((found == "active", is_refused), (expected, !expected), "{name} {value}: {found}");
        }
        assert_eq!(server.asked(), asked + 1);
    }
    let mut bound = active();
    bound["token_type"] = json!("DPoP");
    bound["cnf"] = json!({ "jkt": "x" });
    server.reply_json(&bound);
    assert_eq!(ask(&introspector, "bound").await, "active", "the gate judges `cnf`");
}
