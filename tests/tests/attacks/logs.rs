//! Hostile text in logs: how much of it is written, and how it is escaped.

use axum::http::StatusCode;
use scopegate::{Gate, Issuers, Resource, Router, TokenVerifier, requires_scope, routing::get};
use scopegate_tests::{
    exchange::send,
    issuer::{Answer, Issuer, Key},
    log::{hear_everything, log_while, without_tokens},
};
use serde_json::{Value, json};
use tracing::Level;

const API: &str = "https://files.example.com";

/// A line break, an escape sequence, a right-to-left mark, and a very long text.
fn hostile() -> String {
    format!("https://evil.example/\n WARN scopegate: forged\u{1b}[2J\u{202e}{}", "x".repeat(5_000))
}

#[requires_scope("files:read")]
async fn list() {}

fn gate(verifier: Issuers) -> axum::Router {
    let resource = Resource::new(API).unwrap().authorization_server("https://auth.example.com").unwrap();
    Router::new().route("/", get(list)).protect(Gate::new(resource, verifier)).unwrap()
}

/// Sends a request with `token`. Returns the status of the answer and the lines that scopegate logged.
pub(super) async fn log_of(verifier: Issuers, token: &str) -> (StatusCode, Vec<String>) {
    hear_everything();
    let app = gate(verifier);
    let credential = format!("authorization: Bearer {token}");
    let (answer, text) = log_while(Level::DEBUG, send(&app, "GET /", &[&credential])).await;
    assert!(!text.contains(token), "{text}");
    let lines = text.lines().map(str::trim_start).map(str::to_owned);
    // The libraries that scopegate uses log, too.
    let own =
        lines.filter(|line| !["hyper", "reqwest"].iter().any(|name| line.contains(&format!(" {name}"))));
    let (decisions, others): (Vec<_>, Vec<_>) =
        own.partition(|line| line.contains(" scopegate::decision: decided "));
    assert_eq!(decisions.len(), 1, "{decisions:?}");
    let decision = decisions.concat().replace(" scopegate::decision: ", " scopegate: ");
    assert_shown(&decision, 10_000);
    (answer.status, others.iter().map(|line| without_tokens(line)).collect())
}

#[track_caller]
fn assert_harmless(lines: &[String]) {
    for line in lines {
        assert_shown(line, 2_500);
    }
}

#[track_caller]
fn assert_shown(line: &str, longest: usize) {
    assert!(line.contains(" scopegate: "), "{line:?} is forged");
    assert!(line.chars().all(|letter| matches!(letter, ' '..='~')), "{line:?}");
    assert!(line.len() < longest, "{} bytes", line.len());
}

#[tokio::test]
async fn metadata_forges_no_line_of_a_log() {
    let key = Key::ed25519("key");
    for (name, value) in
        [("issuer", json!(hostile())), ("jwks_uri", json!(hostile())), ("issuer", json!([hostile()]))]
    {
        let issuer = Issuer::publishing(&[&key]).await;
        let token = key.mint(&issuer.claims(API, ""));
        issuer.set_metadata(name, value);
        let (status, lines) =
            log_of(Issuers::new([scopegate::Issuer::new(issuer.id()).audience(API)]), &token).await;
        assert_eq!((status.as_u16(), lines.len()), (503, 2), "{lines:?}");
        assert_harmless(&lines);
    }
}

#[tokio::test]
async fn key_sets_and_errors_forge_no_line_of_a_log() {
    let key = Key::ed25519("key");
    for answer in [Answer::Text(200, json!(hostile()).to_string()), Answer::Text(500, hostile())] {
        let issuer = Issuer::publishing(&[&key]).await;
        let token = key.mint(&issuer.claims(API, ""));
        issuer.answer_keys(answer);
        let (status, lines) =
            log_of(Issuers::new([scopegate::Issuer::new(issuer.id()).audience(API)]), &token).await;
        assert_eq!((status.as_u16(), lines.len()), (503, 2), "{lines:?}");
        assert_harmless(&lines);
    }
}

#[tokio::test]
async fn tokens_forge_no_line_of_a_log() {
    let key = Key::ed25519("key");
    let issuer = Issuer::publishing(&[&key]).await;
    let good = json!({ "alg": "EdDSA", "kid": "key" });
    let with = |object: &Value, name: &str, value: Value| {
        let mut object = object.clone();
        object[name] = value;
        object
    };
    let claims = issuer.claims(API, "other");
    let tokens = ["kid", "alg", "typ"]
        .map(|name| key.mint_with(&with(&good, name, json!(hostile())), &claims))
        .into_iter()
        .chain(
            ["iss", "aud", "exp", "nbf", "sub", "client_id", "scope"]
                .map(|name| key.mint_with(&good, &with(&claims, name, json!(hostile())))),
        );
    for token in tokens {
        let (status, lines) =
            log_of(Issuers::new([scopegate::Issuer::new(issuer.id()).audience(API)]), &token).await;
        // For a valid token that lacks a scope, only the decision is logged.
        assert_eq!(lines.len(), usize::from(status != StatusCode::FORBIDDEN), "{lines:?}");
        assert_harmless(&lines);
    }
}

#[tokio::test]
async fn a_refusal_names_what_was_found_and_what_was_expected() {
    let key = Key::ed25519("key");
    let issuer = Issuer::publishing(&[&key]).await;
    let claims = |name: &str, value: Value| {
        let mut claims = issuer.claims(API, "files:read");
        claims[name] = value;
        claims
    };
    let verifier = || {
        Issuers::new([
            scopegate::Issuer::new(issuer.id()).audience("api://files"),
            scopegate::Issuer::new("https://b.example").audience("api://files"),
        ])
    };
    let header = |typ| json!({ "alg": "EdDSA", "kid": "key", "typ": typ });
    let id = issuer.id();
    for (token, reason) in [
        (
            key.mint(&claims("iss", json!("https://other.example"))),
            format!("its `iss` is `https://other.example`, not `{id}` or `https://b.example`"),
        ),
        (
            key.mint(&claims("aud", json!(["a", 7]))),
            format!(r#"its `aud` is `["a",7]`, not `{API}` or `api://files`"#),
        ),
        (
            key.mint_with(&header("logout+jwt"), &claims("jti", json!(1))),
            "its `typ` is `logout+jwt`, not `at+jwt`, `application/at+jwt` or `JWT`".to_owned(),
        ),
        (
            key.mint_with(&json!({ "alg": "HS256" }), &claims("jti", json!(1))),
            "its `alg` is not accepted: `HS256`".to_owned(),
        ),
        (
            Key::ed25519("other").mint(&claims("jti", json!(1))),
            "its issuer publishes no key with its `kid` `other`".to_owned(),
        ),
    ] {
        let (status, lines) = log_of(verifier(), &token).await;
        let expected = format!(
            "DEBUG scopegate: token refused handler=attacks::logs::list error=the token is not valid: {reason}"
        );
        assert_eq!((status.as_u16(), lines), (401, vec![expected]));
    }
}

#[tokio::test]
async fn no_secret_of_a_url_is_told() {
    let key = Key::ed25519("key");
    let issuer = Issuer::publishing(&[&key]).await;
    let token = key.mint(&issuer.claims(API, ""));
    let place = issuer.id().trim_start_matches("http://");
    let secret = format!("{}?api_key=s3cret#s3cret", issuer.jwks_uri());

    // The program sets the URL. One server publishes nonsense, and another is stopped.
    let closed = Issuer::publishing(&[]).await;
    let gone = format!("{}?api_key=s3cret", closed.jwks_uri());
    closed.stop().await;
    issuer.answer_keys(Answer::Text(200, "{}".to_owned()));
    for url in [&secret, &gone] {
        let verifier = Issuers::new([scopegate::Issuer::new(issuer.id()).audience(API).jwks_uri(url)]);
        let (status, lines) = log_of(verifier, &token).await;
        assert_eq!((status.as_u16(), lines.len()), (503, 2), "{lines:?}");
        assert!(lines.iter().all(|line| line.contains("/keys") && !line.contains("s3cret")), "{lines:?}");
    }

    // The issuer's metadata sets the URL, on the same host and on another.
    issuer.set_metadata("jwks_uri", json!(secret));
    let (_, lines) = log_of(Issuers::new([scopegate::Issuer::new(issuer.id()).audience(API)]), &token).await;
    assert!(lines.len() == 2 && !lines.concat().contains("s3cret"), "{lines:?}");
    issuer.set_metadata("jwks_uri", json!("https://k.example/keys?api_key=s3cret"));
    let (_, lines) = log_of(Issuers::new([scopegate::Issuer::new(issuer.id()).audience(API)]), &token).await;
    assert!(lines[0].contains("https://k.example/keys") && !lines.concat().contains("s3cret"), "{lines:?}");

    // The secret is in the issuer's identifier.
    let verifier = Issuers::new([scopegate::Issuer::new("https://user:s3cret@h")
        .audience(API)
        .jwks_uri(issuer.jwks_uri())]);
    let (_, lines) = log_of(verifier, &token).await;
    assert!(lines[0].contains(", not `https://h`"), "{lines:?}");

    // The secret is in a URL that is refused at startup.
    for url in [format!("https://user:s3cret@{place}"), format!("http://h?{secret}"), "x:s3cret@h".to_owned()]
    {
        let verifiers = [
            Issuers::new([scopegate::Issuer::new(&url).audience(API)]),
            Issuers::new([scopegate::Issuer::new("i").audience(API).jwks_uri(&url)]),
            Issuers::new([scopegate::Issuer::new("https://i.example").audience(API).key_hosts([&url])]),
        ];
        for verifier in verifiers {
            let problems = verifier.problems();
            assert!(!problems.is_empty() && !problems.concat().contains("s3cret"), "{problems:?}");
            assert!(!format!("{verifier:?}").contains("s3cret"));
        }
        let error = Resource::new(&url).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("s3cret"), "{error:?}");
        let error = Resource::new(API).unwrap().authorization_server(&url).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("s3cret"), "{error:?}");
    }
}
