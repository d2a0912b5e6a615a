//! An API behind a gate, for tests with real authorization servers.
//!
//! `.ci/issuers` runs it. `RESOURCE` is the identifier of the resource, and `ISSUERS` has the authorization servers, with
//! a space between two. A token for `AUDIENCE` counts, too.

use std::{env, net::Ipv4Addr, time::Duration};

use anyhow::Context;
use axum::Json;
use scopegate::{Access, Gate, Issuer, Resource, Router, Scope, authenticated, requires_scope, routing::get};
use serde_json::{Value, json};
use tokio::net::TcpListener;

const FLOOR: Scope = Scope::from_static("files:read");

#[requires_scope("files:read")]
async fn list() -> &'static str {
    "read"
}

#[requires_scope("files:write")]
async fn write() -> &'static str {
    "written"
}

#[authenticated]
async fn whoami(access: Access) -> Json<Value> {
    Json(json!({
        "issuer": access.issuer(),
        "subject": access.subject(),
        "client": access.client(),
        "scopes": access.scopes().iter().collect::<Vec<_>>().join(" "),
    }))
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let resource = env::var("RESOURCE").context("RESOURCE is the identifier of the resource")?;
    let issuers = env::var("ISSUERS").context("ISSUERS has the authorization servers")?;
    let audience = env::var("AUDIENCE").ok();
    let issuers: Vec<_> = issuers
        .split(' ')
        // The servers run on this machine, so that there is one clock.
        .map(|issuer| Issuer::new(issuer).leeway(Duration::ZERO))
        .map(|issuer| audience.iter().fold(issuer, Issuer::audience))
        .collect();
    let gate = Gate::issuers(Resource::new(resource)?, issuers).floor([FLOOR]);
    let app =
        Router::new().route("/files", get(list).put(write)).route("/whoami", get(whoami)).protect(gate)?;

    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    println!("issuers is ready at http://{}", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}
