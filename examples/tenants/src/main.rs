//! Documents of several tenants: scopes that imply other scopes, scopes with a parameter of the path, a scope that
//! every route needs, alternative scopes, and a handler that demands one more scope.
//!
//! Run with
//!
//! ```sh
//! PORT=8080 cargo run -p tenants
//! ```
//!
//! The program also starts a development authorization server, and prints its URL and the scope table. Then
//!
//! ```text
//! $ curl -i http://127.0.0.1:8080/tenants/acme/docs
//! HTTP/1.1 401 Unauthorized
//! www-authenticate: Bearer scope="docs docs:read tenant:acme:member", resource_metadata=".."
//!
//! (with a token for just these scopes; `$ISSUER` is the URL of the authorization server)
//! $ TOKEN=$(curl -s -u dev:dev $ISSUER/token -d grant_type=client_credentials -d resource=http://127.0.0.1:8080 \
//!     -d 'scope=docs docs:read tenant:acme:member' | sed 's/.*"access_token":"\([^"]*\)".*/\1/')
//! $ curl -s -H "Authorization: Bearer $TOKEN" http://127.0.0.1:8080/tenants/acme/docs
//! ["acme.txt"]
//!
//! $ curl -i -H "Authorization: Bearer $TOKEN" http://127.0.0.1:8080/tenants/other/docs
//! HTTP/1.1 403 Forbidden
//! www-authenticate: Bearer error="insufficient_scope", scope="docs docs:read tenant:other:member", ..
//! ```

use std::{
    env,
    net::{Ipv4Addr, SocketAddr},
};

use anyhow::Context;
use dev_issuer::DevIssuer;
use scopegate::{Resource, Vocabulary};
use tenants::{docs, scopes::DocsScope};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let port: u16 =
        env::var("PORT").as_deref().unwrap_or("8080").parse().context("PORT takes a port number")?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    let api = format!("http://{}", listener.local_addr()?);
    let descriptions = DocsScope::ENTRIES.iter().map(|entry| (entry.scope().as_str(), entry.description()));
    let any_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let issuer = DevIssuer::bind(any_port).await?.with_descriptions(descriptions);

    let resource = Resource::new(&api)?.authorization_server(issuer.issuer())?.name("Documents");
    let routes = docs::routes();
    println!("What each route needs, besides `docs`:\n\n{}", routes.table());
    println!(
        "FOR DEVELOPMENT ONLY: the authorization server at {} grants any scope to anybody.",
        issuer.issuer()
    );
    let app = routes.protect(docs::gate(resource))?;

    tokio::spawn(issuer.serve());
    println!("tenants is ready at {api}");
    axum::serve(listener, app).await?;
    Ok(())
}
