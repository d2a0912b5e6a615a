//! scopegate's `Issuers`, which load the keys from a server on this machine once.

use std::net::Ipv4Addr;

use axum::Router;
use scopegate::{Gate, Resource, requires_scope, routing};
use tokio::net::TcpListener;

use super::{AUDIENCE, ISSUER, keys::Issuer};

#[requires_scope("files:read")]
async fn list() {}

pub async fn router(issuer: &Issuer) -> Router {
    let rules = scopegate::Issuer::new(ISSUER).jwks_uri(publish(issuer.jwks()).await);
    let gate = Gate::issuers(Resource::new(AUDIENCE).expect("it is a URL"), rules);
    scopegate::Router::new().route("/files", routing::get(list)).protect(gate).expect("the gate fits")
}

async fn publish(jwks: String) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port is free");
    let address = listener.local_addr().expect("it is bound");
    let keys = Router::new().route("/jwks.json", axum::routing::get(async || jwks));
    tokio::spawn(async { axum::serve(listener, keys).await });
    format!("http://{address}/jwks.json")
}
