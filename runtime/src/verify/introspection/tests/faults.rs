//! The answers that clients get while the server fails.

use scopegate_tests::{
    introspecting::{Introspecting, Reply},
    passing::{at_once, until},
};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    task::JoinSet,
};

use super::*;

#[tokio::test]
async fn down_at_start() {
    let server = Introspecting::start().await;
    server.reply(Reply::Content(503, "text/plain", "down".to_owned()));
    server.set_metadata_status(500);
    let introspector = introspector(&server);
    is_later(&ask(&introspector, "token").await, 1, "the status is 500");
    server.set_metadata_status(200);
    is_later(&at_once(ask(&introspector, "token")).await, 1, "the status is 500");
    seconds(1.0).await;
    is_later(&ask(&introspector, "token").await, 2, "the status is 503");
    server.reply_json(&active());
    seconds(2.0).await;
    assert_eq!(ask(&introspector, "token").await, "active");
}

#[tokio::test]
async fn nobody_listens() {
    for settings in [
        Introspection::new("files-api", "secret"),
        Introspection::new("files-api", "secret").endpoint("http://127.0.0.1:1/introspect"),
    ] {
        let server = Introspecting::start().await;
        let introspector = with(&server, &settings);
        server.stop().await;
        for pause in [1, 2, 4, 8, 16, 30, 30] {
            is_later(&ask(&introspector, "token").await, pause, "no answer");
            is_later(&at_once(ask(&introspector, "another")).await, pause, "no answer");
            seconds(f64::from(u32::try_from(pause).expect("it is short"))).await;
        }
    }
}

#[tokio::test]
async fn down_later() {
    let server = Introspecting::start().await;
    let introspector = introspector(&server);
    server.reply_json(&active());
    assert_eq!(ask(&introspector, "known").await, "active");
    server.stop().await;
    is_later(&ask(&introspector, "unknown").await, 1, "no answer");
    assert_eq!(at_once(ask(&introspector, "known")).await, "active", "what is remembered still counts");
    seconds(29.9).await;
    assert_eq!(at_once(ask(&introspector, "known")).await, "active");
    seconds(0.2).await;
    is_later(&ask(&introspector, "known").await, 2, "no answer");
}

#[tokio::test]
async fn slow() {
    let server = Introspecting::start().await;
    let introspector = introspector(&server);
    server.reply(Reply::Held(active()));
    let request = tokio::spawn({
        let introspector = introspector.clone();
        async move { ask(&introspector, "token").await }
    });
    until(|| server.asked() == 1).await;
    seconds(4.0).await;
    assert!(!request.is_finished(), "it waits");
    seconds(1.1).await;
    is_later(&request.await.expect("an answer"), 1, "no answer within 5s");
    is_later(&at_once(ask(&introspector, "another")).await, 1, "no answer within 5s");
}

#[tokio::test]
async fn one_request_tries_after_a_pause() {
    let server = Introspecting::start().await;
    server.reply(Reply::Later(503, 20));
    let introspector = introspector(&server);
    is_later(&ask(&introspector, "token").await, 20, "the status is 503");
    seconds(19.9).await;
    is_later(&at_once(ask(&introspector, "token")).await, 1, "the status is 503");
    seconds(0.1).await;
    assert_eq!(server.asked(), 1);

    server.reply(Reply::Held(active()));
    let trial = tokio::spawn({
        let introspector = introspector.clone();
        async move { ask(&introspector, "token").await }
    });
    until(|| server.asked() == 2).await;
    for number in 0..100 {
        is_later(&at_once(ask(&introspector, &format!("{number}"))).await, 1, "the status is 503");
    }
    server.release();
    assert_eq!(trial.await.expect("an answer"), "active");
    server.reply_json(&active());
    assert_eq!(ask(&introspector, "another").await, "active");
    assert_eq!(server.asked(), 3);
}

/// Useless answers, each with a part of the error message that it causes.
fn useless() -> Vec<(Reply, &'static str)> {
    let json = |text: &str| Reply::Content(200, "application/json", text.to_owned());
    let of = |status, text: &str| Reply::Content(status, "application/json", text.to_owned());
    let padded = Reply::Padded(active(), 100);
    let refuses = "the server refuses how this program asks, or its credentials";
    vec![
        (of(500, "{}"), "the status is 500"),
        (of(404, "{}"), "the status is 404"),
        (of(201, r#"{"active":true}"#), "the status is 201"),
        (of(400, r#"{"error":"invalid_client"}"#), refuses),
        (of(403, r#"{"active":true}"#), refuses),
        (Reply::Redirect("http://127.0.0.1:1/".to_owned()), "scopegate follows no redirects"),
        (Reply::Content(200, "text/html", "<html>".to_owned()), "is of type `text/html`"),
        (Reply::Content(200, "text/plain", active().to_string()), "is of type `text/plain`"),
        (Reply::Content(200, "application/jsonp", active().to_string()), "is of type `application/jsonp`"),
        (padded, "longer than 1048576 bytes"),
        (json(&format!("{}{}", active(), " ".repeat(64 * 1024))), "longer than 65536 bytes"),
        (json(""), "not a JSON object"),
        (json("<html>"), "not a JSON object"),
        (json(r#"{"active":true"#), "not a JSON object"),
        (json(r#"{"active":true}{}"#), "not a JSON object"),
        (json("[true]"), "not a JSON object"),
        (json("true"), "not a JSON object"),
        (json(r#""active""#), "not a JSON object"),
        (json("{}"), "no `active`"),
        (json(r#"{"active":null}"#), "no `active`"),
        (json(r#"{"Active":true}"#), "no `active`"),
        (json(r#"{"active":"true"}"#), "neither `true` nor `false`"),
        (json(r#"{"active":"false"}"#), "neither `true` nor `false`"),
        (json(r#"{"active":1}"#), "neither `true` nor `false`"),
        (json(r#"{"active":false,"active":true}"#), "repeats a member"),
        (json(r#"{"active":true,"aud":"a","\u0061ud":"b"}"#), "repeats a member"),
        (json(r#"{"active":true,"a":{"b":1,"b":2}}"#), "repeats a member"),
        (json(r#"{"active":true,"exp":"2000000"}"#), "`exp` is not a number"),
        (json(r#"{"active":true,"nbf":[]}"#), "`nbf` is not a number"),
    ]
}

#[tokio::test]
async fn an_answer_of_no_use_admits_nobody() {
    for (reply, reason) in useless() {
        let server = Introspecting::start().await;
        let introspector = introspector(&server);
        server.reply(reply);
        is_later(&ask(&introspector, "token").await, 1, reason);
        assert_eq!(introspector.remembered().0, 0, "{reason}");
        server.reply_json(&active());
        assert_eq!(
            ask(&introspector, "another").await,
            "active",
            "{reason}: one such token keeps nobody out"
        );
        is_later(&at_once(ask(&introspector, "token")).await, 1, reason);
        seconds(1.0).await;
        assert_eq!(ask(&introspector, "token").await, "active", "{reason}");
    }
}

#[tokio::test]
async fn a_redirect_takes_no_token_along() {
    let (server, elsewhere) = (Introspecting::start().await, Introspecting::start().await);
    server.reply(Reply::Redirect(elsewhere.endpoint()));
    elsewhere.reply_json(&active());
    is_later(&ask(&introspector(&server), "token").await, 1, "scopegate follows no redirects");
    assert_eq!((server.asked(), elsewhere.asked()), (1, 0));
}

#[tokio::test]
async fn truncated() {
    let server = Introspecting::start().await;
    let introspector = introspector(&server);
    server.reply(Reply::Cut(r#"{"active":true}"#));
    is_later(&ask(&introspector, "token").await, 1, "the answer is incomplete");
    is_later(&at_once(ask(&introspector, "another")).await, 1, "the answer is incomplete");
}

#[tokio::test]
async fn useless_answers_bring_a_pause_after_five() {
    let server = Introspecting::start().await;
    let introspector = introspector(&server);
    server.reply(Reply::Content(500, "text/plain", String::new()));
    for _ in 0..3 {
        let asked = server.asked();
        for number in 0..100 {
            is_later(&ask(&introspector, &format!("{asked}-{number}")).await, 1, "the status is 500");
        }
        assert_eq!(server.asked(), asked + 5);
        seconds(1.0).await;
    }
}

#[tokio::test]
async fn credentials_that_are_refused_are_a_fault_of_this_program() {
    let server = Introspecting::start().await;
    let introspector = introspector(&server);
    server.reply(Reply::Content(401, "application/json", r#"{"error":"invalid_client"}"#.to_owned()));
    is_later(&ask(&introspector, "token").await, 1, "check the client id, the secret");
    is_later(&at_once(ask(&introspector, "another")).await, 1, "check the client id, the secret");
    assert_eq!(server.asked(), 1, "nothing else that is asked would be answered");
}

#[tokio::test]
async fn at_most_64_questions_are_under_way() {
    let server = Introspecting::start().await;
    let introspector = introspector(&server);
    server.reply(Reply::Held(active()));
    let mut requests = JoinSet::new();
    for number in 0..64 {
        let introspector = introspector.clone();
        requests.spawn(async move { ask(&introspector, &format!("{number}")).await });
    }
    until(|| server.asked() == 64).await;
    is_later(&at_once(ask(&introspector, "one more")).await, 1, "too many tokens at once");
    for _ in 0..64 {
        server.release();
        assert_eq!(requests.join_next().await.expect("one").expect("an answer"), "active");
    }
    server.reply_json(&active());
    assert_eq!(ask(&introspector, "one more").await, "active");
}

#[tokio::test]
async fn metadata_is_read_once_and_must_be_the_issuers_own() {
    let server = Introspecting::start().await;
    server.reply_json(&active());
    let introspector = introspector(&server);
    let mut requests = JoinSet::new();
    for number in 0..50 {
        let introspector = introspector.clone();
        requests.spawn(async move { ask(&introspector, &format!("{number}")).await });
    }
    assert!(requests.join_all().await.iter().all(|outcome| outcome == "active"));
    assert_eq!((server.metadata_requests(), server.asked()), (1, 50));

    let elsewhere = Introspecting::start().await;
    elsewhere.reply_json(&active());
    for (name, value, reason) in [
        ("introspection_endpoint", json!(null), "no `introspection_endpoint`"),
        (
            "introspection_endpoint",
            json!(elsewhere.endpoint()),
            "which is not on the origin of the issuer or of its metadata",
        ),
        ("introspection_endpoint", json!("http://h.example/"), "is not an `https` URL"),
        ("issuer", json!(elsewhere.id()), "the metadata is that of"),
    ] {
        let server = Introspecting::start().await;
        server.set_metadata(name, value);
        is_later(&ask(&super::introspector(&server), "token").await, 1, reason);
        assert_eq!(server.asked() + elsewhere.asked(), 0);
        server.reply_json(&active());
        let given = Introspection::new("files-api", "secret").endpoint(server.endpoint());
        assert_eq!(ask(&with(&server, &given), "token").await, "active");
    }
}

#[tokio::test]
async fn a_question_outlives_the_request_that_started_it() {
    let server = Introspecting::start().await;
    let introspector = introspector(&server);
    server.reply(Reply::Held(active()));
    let request = tokio::spawn({
        let introspector = introspector.clone();
        async move { ask(&introspector, "token").await }
    });
    until(|| server.asked() == 1).await;
    request.abort();
    server.release();
    until(|| introspector.remembered().0 == 1).await;
    assert_eq!(at_once(ask(&introspector, "token")).await, "active");
}

/// Answers one request on each connection, and closes the connection when the next request arrives.
async fn serve_one_request_each(listener: TcpListener) {
    let mut request = [0; 4096];
    loop {
        let (mut connection, _) = listener.accept().await.expect("a connection");
        let length = connection.read(&mut request).await.expect("a request");
        if length == 0 {
            continue;
        }
        let answer = r#"{"active":true}"#;
        let answer = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{answer}",
            answer.len()
        );
        connection.write_all(answer.as_bytes()).await.expect("it is sent");
        connection.readable().await.expect("another request, or the end");
    }
}

#[tokio::test]
async fn a_connection_that_the_server_closed_is_made_anew() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a loopback port is free");
    let url = format!("http://{}", listener.local_addr().expect("the socket is bound"));
    tokio::spawn(serve_one_request_each(listener));
    let server = Introspecting::start().await;
    let introspector = with(&server, &Introspection::new("files-api", "secret").endpoint(url));
    for number in 0..5 {
        assert_eq!(ask(&introspector, &format!("{number}")).await, "active");
    }
}
