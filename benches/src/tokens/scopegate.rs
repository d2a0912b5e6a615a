//! scopegate's `Issuers`, which load the keys from a server on this machine once.

use std::{net::Ipv4Addr, time::Duration};

use axum::{Json, Router};
use scopegate::{Gate, Introspection, Issuer as Rules, Issuers, Resource, requires_scope, routing};
use serde_json::json;
use tokio::net::TcpListener;

use super::{AUDIENCE, ISSUER, SCOPES, keys::Issuer};

#[requires_scope("files:read")]
async fn list() {}

pub async fn router(issuer: &Issuer) -> Router {
    gated(rules(issuer).await)
}

/// The same with seven other issuers before it.
pub async fn router_of_eight(issuer: &Issuer) -> Router {
    let others = (1..8).map(|n| Rules::new(format!("https://auth-{n}.example.com")));
    gated(Issuers::new(others.chain([rules(issuer).await])))
}

/// The same for opaque tokens, about which a server on this machine is asked once an hour.
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

fn gated(issuers: impl Into<Issuers>) -> Router {
    let gate = Gate::issuers(Resource::new(AUDIENCE).expect("it is a URL"), issuers);
    scopegate::Router::new().route("/files", routing::get(list)).protect(gate).expect("the gate fits")
}

async fn rules(issuer: &Issuer) -> Rules {
    let jwks = issuer.jwks();
    let keys = Router::new().route("/jwks.json", axum::routing::get(async || jwks));
    Rules::new(ISSUER).jwks_uri(format!("{}/jwks.json", serve(keys).await))
}

/// Serves on this machine, and returns the origin.
async fn serve(app: Router) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port is free");
    let address = listener.local_addr().expect("it is bound");
    tokio::spawn(async { axum::serve(listener, app).await });
    format!("http://{address}")
}
