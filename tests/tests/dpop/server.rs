//! A server with tokens bound to the key of one client.

use std::time::Duration;

use scopegate::{
    Access, Gate, GrantedScopes, Resource, Router, Token,
    dpop::{Dpop, ProofId, ReplayStore, StoreError},
    requires_scope,
    routing::post,
    testing::TestVerifier,
};
use scopegate_tests::{
    counter::Counter,
    dpop::{Proof, Prover},
    exchange::{Answer, send},
    log::hear_everything,
};
use serde_json::{Value, json};

pub(crate) const RESOURCE: &str = "https://files.example.com";
pub(crate) const URL: &str = "https://files.example.com/files";
/// The text after the scope in each challenge, before an error's description.
pub(crate) const METADATA: &str =
    r#"resource_metadata="https://files.example.com/.well-known/oauth-protected-resource""#;

/// Remembers proofs as the gate's own store does, but claims to survive restarts, so that the gate asks for no nonce.
#[derive(Default)]
pub(crate) struct Lasting(std::sync::Mutex<std::collections::HashSet<[u8; 32]>>);

impl ReplayStore for Lasting {
    async fn insert(&self, proof: &ProofId, _: Duration) -> Result<bool, StoreError> {
        Ok(self.0.lock().unwrap().insert(*proof.as_bytes()))
    }

    fn survives_restart(&self) -> bool {
        true
    }
}

/// Accepts bound tokens, and asks for no nonce.
pub(crate) fn accepted() -> Dpop {
    Dpop::accepted().replay_store(Lasting::default())
}

pub(crate) fn required() -> Dpop {
    Dpop::required().replay_store(Lasting::default())
}

/// Makes a token with these claims.
pub(crate) fn saying(scopes: &str, claims: &Value) -> Token {
    Token::granting(GrantedScopes::parse(scopes)).with_claims(claims).unwrap()
}

/// Returns a verifier of three tokens. `bound` and `weak` are bound to the key of `client`, and `plain` is not bound.
pub(crate) fn verifier(client: &Prover) -> TestVerifier {
    hear_everything();
    let bound = json!({ "cnf": { "jkt": client.thumbprint() } });
    TestVerifier::new()
        .token_saying("bound", saying("files:read", &bound))
        .token_saying("other", saying("files:read", &bound))
        .token_saying("weak", saying("other", &bound))
        .token("plain", "files:read")
        .token("poor", "other")
        .expired("old")
        .unavailable("later")
}

pub(crate) fn gate(client: &Prover) -> Gate {
    let resource = Resource::new(RESOURCE).unwrap().authorization_server("https://auth.example.com").unwrap();
    Gate::new(resource, verifier(client))
}

#[requires_scope("files:read")]
pub(crate) async fn read(_access: Access, counter: axum::Extension<Counter>) {
    counter.0.count();
}

/// A server with one handler, which counts its calls.
pub(crate) struct Server {
    pub(crate) app: axum::Router,
    pub(crate) client: Prover,
    pub(crate) calls: Counter,
}

impl Server {
    pub(crate) fn new(dpop: Dpop) -> Self {
        Self::of(Prover::new(), |gate| gate.dpop(dpop))
    }

    pub(crate) fn of(client: Prover, change: impl FnOnce(Gate) -> Gate) -> Self {
        let calls = Counter::default();
        let routes = Router::new().route("/files", post(read).get(read));
        let app = routes.protect(change(gate(&client))).unwrap().layer(axum::Extension(calls.clone()));
        Self { app, client, calls }
    }

    /// Makes a valid proof for `POST /files` with the token `bound`.
    pub(crate) fn proof(&self) -> Proof {
        self.client.proof("POST", URL, "bound")
    }

    /// Sends a proof with the token `bound`.
    pub(crate) async fn send(&self, proof: &Proof) -> Answer {
        self.send_signed(&self.client.sign(proof)).await
    }

    pub(crate) async fn send_signed(&self, proof: &str) -> Answer {
        self.post(&["Authorization: DPoP bound", &format!("DPoP: {proof}")]).await
    }

    pub(crate) async fn post(&self, headers: &[&str]) -> Answer {
        send(&self.app, "POST /files", headers).await
    }
}
