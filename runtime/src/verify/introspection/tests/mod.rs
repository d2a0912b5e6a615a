//! Tests against a server. Each test sets the answers of the server.

mod credentials;
mod faults;
mod github_and_google;
mod memory;
mod signed;

use std::{cell::Cell, time::Duration};

use scopegate_tests::{introspecting::Introspecting, passing::pass};
use serde_json::{Value, json};

use super::{super::jwt::shared::KeySource, Answer, Introspection, Introspector};
use crate::{Issuer, verify::jwt::Transport};

/// The time that the clock shows at the start of each test.
const START: f64 = 1_000_000.0;

thread_local! {
    static NOW: Cell<f64> = const { Cell::new(START) };
}

fn introspector(server: &Introspecting) -> Introspector {
    with(server, &Introspection::new("files-api", "secret"))
}

fn with(server: &Introspecting, settings: &Introspection) -> Introspector {
    assert_eq!(settings.problems(&Transport::default()), [""; 0]);
    Introspector::new(settings, &Issuer::new(server.id()).places, keys_of(server)).with_clock(|| NOW.get())
}

fn keys_of(server: &Introspecting) -> KeySource {
    KeySource::of(&Issuer::new(server.id()).places)
}

/// Returns the outcome for a token: one word, or one line for an error.
async fn ask(introspector: &Introspector, token: &str) -> String {
    match introspector.ask(token).await {
        Ok(Answer::Active(_)) => "active".to_owned(),
        Ok(Answer::Inactive) => "inactive".to_owned(),
        Err(error) => match error.retry_after() {
            Some(pause) => format!("{} s: {error}", pause.as_secs_f64().ceil()),
            None => error.to_string(),
        },
    }
}

/// Returns the claims of an active token.
async fn claims(introspector: &Introspector, token: &str) -> Value {
    match introspector.ask(token).await {
        Ok(Answer::Active(active)) => Value::Object(active.claims.clone()),
        other => panic!("not active: {other:?}"),
    }
}

#[track_caller]
fn is_later(found: &str, seconds: u64, reason: &str) {
    let begin = format!("{seconds} s: the token cannot be verified now: ");
    assert!(found.starts_with(&begin) && found.contains(reason), "{found}\nand not {begin}.. {reason}");
}

/// Lets time pass for tokio and for the clock of the test.
async fn seconds(seconds: f64) {
    NOW.set(NOW.get() + seconds);
    pass(Duration::from_secs_f64(seconds)).await;
}

fn active() -> Value {
    json!({ "active": true, "scope": "files:read", "sub": "alice", "exp": START + 3600.0, "aud": "https://files.example.com" })
}
