//! Records and events never contain a token's text, and events have the fields of the record. The tests have their own file, because
//! `tracing` caches for the whole process which events are wanted, and the other tests of observers set no subscriber.

#[allow(dead_code, reason = "shared with `observed`")]
#[path = "observed/apps.rs"]
mod apps;
#[allow(dead_code, reason = "shared with `observed`")]
#[path = "observed/recorded.rs"]
mod recorded;

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use regex::Regex;
use scopegate::{Decision, Gate, Reason, Router, StaticKeys, requires_scope, routing::get};
use scopegate_tests::{
    exchange::send,
    log::log_while,
    mcp::{INITIALIZE, post, request},
};
use serde_json::json;
use tracing::Level;

use recorded::{Records, gate};

const TOKENS: [&str; 7] = [
    "secret-good",
    "secret-weak",
    "secret-none",
    "secret-acting",
    "secret-bad",
    "secret-old",
    "secret-later",
];

#[tokio::test]
async fn nothing_that_is_told_has_a_token() {
    let records = Records::default();
    let gate = gate(&records);
    let apps = [apps::router(&gate).0, apps::layer(&gate).0, apps::mcp_layer(&gate).0, apps::rmcp(&gate).0];
    let call = request("tools/call", &json!({ "name": "share", "arguments": {} }));
    let ((), events) = log_while(Level::TRACE, async {
        for app in &apps {
            for token in TOKENS {
                let header = format!("authorization: Bearer {token}");
                for path in ["/share", "/greet", "/nowhere", "/undeclared"] {
                    send(app, &format!("GET {path}"), &[&header]).await;
                }
                post(app, token, &[], call.clone()).await;
            }
        }
    })
    .await;
    let told = records.take();
    assert!(told.len() > 50, "{}", told.len());
    for record in &told {
        assert!(!format!("{record:?}").contains("secret"), "{record:?}");
    }
    assert!(events.lines().filter(|line| line.contains("scopegate::decision: ")).count() == told.len());
    assert!(!events.contains("secret"), "{events}");
}

#[tokio::test]
async fn a_static_key_is_told_by_its_name_and_its_hash() {
    let records = Records::default();
    let keys = StaticKeys::parse("secret-key=files:read").unwrap();
    let gate = Gate::static_keys("files", keys).observe(records.clone());
    let (app, _) = apps::router(&gate);
    let ((), events) = log_while(Level::TRACE, async {
        for key in ["secret-key", "secret-other"] {
            send(&app, "GET /share", &[&format!("authorization: Bearer {key}")]).await;
        }
    })
    .await;
    let told = records.take();
    assert_eq!(told.len(), 3);
    assert!(told.iter().all(|record| record.token.is_some() && record.resource.is_none()), "{told:?}");
    assert!(!format!("{told:?}{events}").contains("secret"), "{events}");
}

#[tokio::test]
async fn events_have_the_fields_of_the_record() {
    let records = Records::default();
    let (app, _) = apps::router(&gate(&records));
    let header = ["authorization: Bearer secret-acting"];
    let (_, events) = log_while(Level::DEBUG, send(&app, "GET /share", &header)).await;
    let token = records.take()[0].token.clone().unwrap();
    let expected = [
        format!(
            "DEBUG scopegate::decision: decided outcome=\"allowed\" row=\"GET /share\" handler=\"observed_events::apps::share\" asked=\"api files:read\" granted=\"api files:read\" principal=alice of https://auth.example.com subject=\"alice\" client=\"editor\" actor=agent of https://agents.example.com token={token} resource=\"https://example.com/mcp\" took_us="
        ),
        format!(
            " INFO scopegate::decision: decided outcome=\"refused\" row=\"GET /share\" handler=\"observed_events::apps::share\" reason=\"insufficient_scope\" asked=\"api files:read files:share\" granted=\"api files:read\" missing=\"files:share\" principal=alice of https://auth.example.com subject=\"alice\" client=\"editor\" actor=agent of https://agents.example.com token={token} resource=\"https://example.com/mcp\" took_us="
        ),
    ];
    let lines: Vec<&str> = events.lines().collect();
    assert_eq!(lines.len(), expected.len(), "{events}");
    for (line, expected) in lines.iter().zip(expected) {
        let (start, took) = line.split_at(expected.len().min(line.len()));
        assert_eq!(start, expected);
        assert!(took.parse::<u64>().is_ok(), "{line}");
    }
}

/// A token's claims could forge lines.
#[tokio::test]
async fn texts_of_a_token_forge_no_line() {
    let hostile = "x\n ERROR scopegate: forged\u{1b}[2J";
    let says = scopegate::Token::granting(scopegate::GrantedScopes::parse("other\nforged"))
        .with_issuer(hostile)
        .with_subject(hostile)
        .with_client(hostile)
        .with_claims(json!({ "act": { "sub": hostile, "iss": hostile } }))
        .unwrap();
    let verifier = scopegate::testing::TestVerifier::new().token_saying("secret-hostile", says);
    let records = Records::default();
    let (app, _) = apps::router(&gate(&records).verified_by(verifier));
    let header = ["authorization: Bearer secret-hostile"];
    let (_, events) = log_while(Level::TRACE, send(&app, "GET /share", &header)).await;
    assert_eq!(events.lines().count(), 1, "{events}");
    assert!(events.trim_end().chars().all(|letter| matches!(letter, ' '..='~')), "{events:?}");
}

#[requires_scope("files:write", acr("gold", "silver"), max_age = 300)]
async fn wipe() {}

/// The scopes do not show why these requests were refused.
#[tokio::test]
async fn what_is_asked_of_the_login_is_told() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let tell = told.clone();
    let gate = gate(&Records::default()).observe(move |decision: &Decision<'_>| {
        let acr: Vec<String> = decision.acr().map(str::to_owned).collect();
        let (reason, time) = (decision.reason(), decision.auth_time());
        tell.lock().unwrap().push((reason, decision.acr_values(), decision.max_age(), acr, time));
    });
    let app = Router::new().route("/wipe", get(wipe)).protect(gate.verified_by(Remembering)).unwrap();
    let header = ["authorization: Bearer secret"];
    let (answer, events) = log_while(Level::INFO, send(&app, "GET /wipe", &header)).await;
    assert_eq!(answer.status, 401);
    let expected = (
        Some(Reason::InsufficientAuthentication),
        vec!["gold".to_owned(), "silver".to_owned()],
        Some(Duration::from_secs(300)),
        vec!["bronze".to_owned()],
        Some(login()),
    );
    assert_eq!(*told.lock().unwrap(), [expected]);
    let fields = r#"acr_values="gold silver" max_age=300 acr="bronze" auth_time=1700000000 "#;
    assert!(events.starts_with(" INFO ") && events.contains(fields), "{events}");
}

/// The names of the fields are a public interface, which the guide lists.
#[tokio::test]
async fn the_guide_lists_the_fields() {
    let guide = include_str!("../../runtime/src/guide/observing.md");
    let rows = guide.split_once("# The fields").unwrap().1.split_once("# Rows").unwrap().0;
    let listed: BTreeSet<&str> = Regex::new(r"(?m)^\| `([a-z_]+)` \|")
        .unwrap()
        .captures_iter(rows)
        .map(|row| row.extract::<1>().1[0])
        .collect();
    let records = Records::default();
    let gate = gate(&records).verified_by(Remembering);
    let (server, _) = apps::mcp_layer(&gate);
    let app = Router::new().route("/wipe", get(wipe)).protect(gate).unwrap();
    let header = ["authorization: Bearer secret"];
    let ((), events) = log_while(Level::DEBUG, async {
        send(&app, "GET /wipe", &header).await;
        post(&server, "secret", &[], INITIALIZE).await;
    })
    .await;
    let found = Regex::new(r" ([a-z_]+)=").unwrap();
    let found: BTreeSet<&str> = found.captures_iter(&events).map(|field| field.extract::<1>().1[0]).collect();
    assert_eq!(found, listed, "{events}");
}

fn login() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_700_000_000)
}

/// A verifier whose token fills every field of a record.
struct Remembering;

impl scopegate::TokenVerifier for Remembering {
    async fn verify(&self, _: &scopegate::Presented<'_>) -> Result<scopegate::Token, scopegate::VerifyError> {
        let token = scopegate::Token::granting(scopegate::GrantedScopes::parse("api files:read"));
        let token = token.with_issuer("https://auth.example.com").with_subject("alice").with_client("editor");
        let claims = json!({ "act": { "sub": "agent" } });
        Ok(token
            .with_acr("bronze")
            .with_auth_time(login())
            .with_claims(claims)
            .expect("claims")
            .with_cached(true))
    }
}
