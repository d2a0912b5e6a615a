//! An API behind a gate, for tests with real authorization servers.
//!
//! `.ci/issuers` runs it, with these variables:
//!
//! - `RESOURCE`: the identifier of the resource
//! - `ISSUERS`: the authorization servers, separated by spaces
//! - `PRESET`: the constructor of their rules, instead of `Issuer::new`
//! - `AUDIENCE`: another accepted audience
//! - `INTROSPECTOR`: the id and the secret of the client that introspects opaque tokens, separated by a space
//! - `REMEMBERED`: the seconds for which an introspection answer is cached
//! - `WITHOUT_AUDIENCE`, `WITHOUT_TOKEN_TYPE`: accepts answers without an audience or a token type

use std::{env, net::Ipv4Addr, time::Duration};

use anyhow::{Context, bail};
use axum::Json;
use scopegate::{
    Access, Gate, Introspection, Issuer, Resource, Router, Scope, authenticated, requires_scope, routing::get,
};
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

/// Makes the rules for the tokens of an authorization server.
fn issuer(id: &str) -> anyhow::Result<Issuer> {
    // The servers run on this machine and share its clock, so no leeway is needed.
    let issuer = match env::var("PRESET").as_deref() {
        Ok("better_auth") => Issuer::better_auth(id),
        Ok(name) => bail!("`{name}` is not a preset that this program knows"),
        Err(_) => Issuer::new(id),
    };
    let mut issuer = issuer.leeway(Duration::ZERO);
    if let Ok(audience) = env::var("AUDIENCE") {
        issuer = issuer.audience(audience);
    }
    if let Ok(introspector) = env::var("INTROSPECTOR") {
        let (id, secret) =
            introspector.split_once(' ').context("INTROSPECTOR is an id, a space and a secret")?;
        let mut introspection = Introspection::new(id, secret);
        if let Ok(seconds) = env::var("REMEMBERED") {
            introspection = introspection.lifetime(Duration::from_secs(seconds.parse()?));
        }
        if env::var_os("WITHOUT_AUDIENCE").is_some() {
            introspection = introspection.without_audience();
        }
        if env::var_os("WITHOUT_TOKEN_TYPE").is_some() {
            introspection = introspection.without_token_type();
        }
        issuer = issuer.introspection(introspection);
    }
    Ok(issuer)
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let resource = env::var("RESOURCE").context("RESOURCE is the identifier of the resource")?;
    let issuers = env::var("ISSUERS").context("ISSUERS has the authorization servers")?;
    let issuers: Vec<_> = issuers.split(' ').map(issuer).collect::<anyhow::Result<_>>()?;
    let gate = Gate::issuers(Resource::new(resource)?, issuers).floor([FLOOR]);
    let app =
        Router::new().route("/files", get(list).put(write)).route("/whoami", get(whoami)).protect(gate)?;

    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    println!("issuers is ready at http://{}", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}
