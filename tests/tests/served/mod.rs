//! A handler behind a gate, and the answers to its clients while an authorization server changes or fails.

use std::time::Duration;

use scopegate::{Gate, Issuers, Resource, Router, requires_scope, routing::get};
use scopegate_tests::{
    exchange::send,
    issuer::{Issuer, Key, now},
    passing::pass,
};
use serde_json::{Value, json};
use tokio::task::JoinSet;

pub(crate) const API: &str = "https://files.example.com";

#[requires_scope("files:read")]
async fn list() -> &'static str {
    "files"
}

/// The handler behind a gate.
#[derive(Clone)]
pub(crate) struct Api(axum::Router);

impl Api {
    pub(crate) fn new(issuer: &Issuer) -> Self {
        Self::with(Issuers::new([scopegate::Issuer::new(issuer.id()).audience(API)]))
    }

    /// Makes one gate with a token cache and one without. Clients must not notice the difference.
    pub(crate) fn both(issuer: &Issuer) -> [Self; 2] {
        [
            Self::new(issuer),
            Self::with(Issuers::new([scopegate::Issuer::new(issuer.id()).audience(API)]).cache_size(0)),
        ]
    }

    pub(crate) fn with(verifier: Issuers) -> Self {
        let resource =
            Resource::new(API).and_then(|api| api.authorization_server("https://auth.example.com"));
        let gate = Gate::new(resource.expect("a resource"), verifier);
        Self(Router::new().route("/files", get(list)).protect(gate).expect("a gate"))
    }

    /// Sends a request, and returns the answer as text.
    pub(crate) async fn get(&self, token: &str) -> String {
        let answer = send(&self.0, "GET /files", &[&format!("authorization: Bearer {token}")]).await;
        let challenge = answer.challenge().to_owned();
        let retry_after = answer.header("retry-after");
        [answer.status.as_str(), &challenge, retry_after, &answer.body].join("\n")
    }

    /// Sends requests with all tokens at once, and returns the answers.
    pub(crate) async fn get_all(&self, tokens: impl IntoIterator<Item = String>) -> Vec<String> {
        let requests = tokens.into_iter().map(|token| {
            let api = self.clone();
            async move { api.get(&token).await }
        });
        requests.collect::<JoinSet<_>>().join_all().await
    }
}

pub(crate) const FILES: &str = "200\n\n\nfiles";

pub(crate) const INVALID: &str = concat!(
    "401\n",
    r#"Bearer error="invalid_token", scope="files:read", "#,
    r#"resource_metadata="https://files.example.com/.well-known/oauth-protected-resource", "#,
    r#"error_description="The access token is not valid for this resource""#,
    "\n\n",
    r#"{"error":"invalid_token","error_description":"The access token is not valid for this resource","scope":"files:read"}"#,
);

/// The answer while the gate cannot judge the token. It has no challenge, so that the client keeps its token.
pub(crate) fn later(seconds: u32) -> String {
    format!(
        "503\n\n{seconds}\n{}",
        r#"{"error":"temporarily_unavailable","error_description":"The access token cannot be verified at the moment"}"#
    )
}

/// Makes a token that is valid for days, longer than any test. The keys are Ed25519, whose signatures are deterministic.
pub(crate) fn token(issuer: &Issuer, key: &Key) -> String {
    numbered(issuer, key, 0)
}

/// Makes a token that is different for each number.
pub(crate) fn numbered(issuer: &Issuer, key: &Key, number: usize) -> String {
    key.mint(&claims(issuer, number))
}

/// Makes a token that was issued two minutes ago.
pub(crate) fn aged(issuer: &Issuer, key: &Key) -> String {
    let mut claims = claims(issuer, 0);
    claims["iat"] = json!(now() - 120);
    key.mint(&claims)
}

pub(crate) fn claims(issuer: &Issuer, number: usize) -> Value {
    let mut claims = issuer.claims(API, "files:read");
    claims["iat"] = json!(now());
    claims["exp"] = json!(now() + 1_000_000);
    claims["jti"] = json!(number);
    claims
}

pub(crate) async fn seconds(seconds: u64) {
    pass(Duration::from_secs(seconds)).await;
}
