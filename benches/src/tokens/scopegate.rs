//! scopegate's `Issuers`, which load the keys once from a loopback server.

use std::{
    collections::HashSet,
    net::Ipv4Addr,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{Json, Router};
use scopegate::{
    Gate, Introspection, Issuer as Rules, Issuers, Resource,
    dpop::{Dpop, ProofId, ReplayStore, StoreError},
    requires_scope, routing,
};
use serde_json::json;
use tokio::net::TcpListener;

use super::{AUDIENCE, ISSUER, SCOPES, keys::Issuer};

#[requires_scope("files:read")]
async fn list() {}

pub async fn router(issuer: &Issuer) -> Router {
    gated(rules(issuer).await)
}

/// Makes a router whose gate has seven other issuers before `issuer`.
pub async fn router_of_eight(issuer: &Issuer) -> Router {
    let others = (1..8).map(|n| Rules::new(format!("https://auth-{n}.example.com")));
    gated(Issuers::new(others.chain([rules(issuer).await])))
}

/// Makes a router for opaque tokens, which a loopback server introspects once an hour.
pub async fn router_of_opaque() -> Router {
    let answer = json!({
        "active": true, "iss": ISSUER, "aud": AUDIENCE, "sub": "alice", "client_id": "cli", "scope": SCOPES,
        "token_type": "Bearer",
    });
    let asked = Router::new().route("/introspect", axum::routing::post(async || Json(answer)));
    let introspection = Introspection::new("files-api", "secret")
        .endpoint(format!("{}/introspect", serve(asked).await))
        .lifetime(Duration::from_secs(60 * 60));
    gated(Rules::new(ISSUER).introspection(introspection))
}

/// Makes a router for DPoP-bound tokens.
pub async fn router_of_bound(issuer: &Issuer) -> Router {
    let dpop = Dpop::required().replay_store(Boundless::default());
    protected(gate(rules(issuer).await).dpop(dpop))
}

/// Remembers all proofs forever, because one client here sends more than the gate's own store accepts from one key.
#[derive(Default)]
struct Boundless(Mutex<HashSet<[u8; 32]>>);

impl ReplayStore for Boundless {
    async fn insert(&self, proof: &ProofId, _: Duration) -> Result<bool, StoreError> {
        let mut seen = self.0.lock().map_err(|_| StoreError::new("the lock is poisoned"))?;
        Ok(seen.insert(*proof.as_bytes()))
    }

    fn survives_restart(&self) -> bool {
        true
    }
}

fn gated(issuers: impl Into<Issuers>) -> Router {
    protected(gate(issuers))
}

/// Makes a gate with a verifier that other gates share.
pub(super) fn sharing(verifier: Arc<Issuers>) -> Gate {
    gate(Rules::new(ISSUER)).verified_by(verifier)
}

fn gate(issuers: impl Into<Issuers>) -> Gate {
    Gate::issuers(Resource::new(AUDIENCE).expect("it is a URL"), issuers)
}

pub(super) fn protected(gate: Gate) -> Router {
    scopegate::Router::new().route("/files", routing::get(list)).protect(gate).expect("the gate fits")
}

pub(super) async fn rules(issuer: &Issuer) -> Rules {
    let jwks = issuer.jwks();
    let keys = Router::new().route("/jwks.json", axum::routing::get(async || jwks));
    Rules::new(ISSUER).jwks_uri(format!("{}/jwks.json", serve(keys).await))
}

/// Serves on loopback, and returns the origin.
async fn serve(app: Router) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port is free");
    let address = listener.local_addr().expect("it is bound");
    tokio::spawn(async { axum::serve(listener, app).await });
    format!("http://{address}")
}
