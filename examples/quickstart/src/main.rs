//! A small files API behind scopegate, with a development authorization server beside it.
//!
//! Run with
//!
//! ```sh
//! cargo run -p quickstart
//! ```
//!
//! and paste the printed lines into another terminal, or open the printed page in a browser. `PORT` (8080) sets the
//! port, `RESOURCE` the public URL of the API (`http://127.0.0.1:PORT`), and `ISSUER` an authorization server instead
//! of the embedded one. With `DPOP=required` the API accepts only tokens bound to a client's key (RFC 9449), and with
//! `DPOP=accepted` also bearer tokens.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
};

use anyhow::Context;
use dev_issuer::{BindError, DevIssuer};
use quickstart::{
    files::{self, FilesScope},
    page,
    settings::Settings,
    tour,
};
use scopegate::Vocabulary;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt().with_writer(io::stderr).init();
    let settings = Settings::from_env()?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, settings.port)).await;
    let listener = listener
        .with_context(|| format!("cannot listen on port {}; choose another with PORT", settings.port))?;
    let embedded = match settings.issuer {
        Some(_) => None,
        None => Some(embedded_issuer(settings.embedded_port()).await?),
    };
    let issuer = match (&embedded, &settings.issuer) {
        (Some(embedded), _) => embedded.issuer().to_owned(),
        (None, external) => external.clone().unwrap_or_default(),
    };

    let has_page = embedded.is_some() && settings.dpop.is_none();
    let routes = if has_page { files::routes().merge(page::routes()) } else { files::routes() };
    let table = routes.table();
    let resource = settings.resource(&issuer)?;
    let app = routes.protect(settings.gate(&issuer)?)?;

    let api = format!("http://{}", listener.local_addr()?);
    println!("What each route needs:\n\n{table}");
    if let Some(embedded) = embedded {
        tokio::spawn(embedded.serve());
        println!("FOR DEVELOPMENT ONLY: the authorization server at {issuer} grants any scope to anybody.");
        println!("Try these lines in another terminal. The answer contains what follows `#>`.\n");
        let steps = match settings.dpop {
            Some(_) => tour::steps_with_dpop(&api, &resource),
            None => tour::steps(&api, &resource, &issuer),
        };
        for step in steps {
            println!("{step}");
        }
        if has_page {
            println!("Or open this page in a browser. List the files, and log in on the consent page.");
            println!(
                "Then write a file: the token lacks a scope, and the page asks you to grant it (step-up).\n\n{api}/\n"
            );
        }
    } else {
        println!("Tokens come from {issuer}.\n");
    }
    println!("quickstart is ready at {api}");
    axum::serve(listener, app).await?;
    Ok(())
}

/// Starts the authorization server on a port, or on any free port if that is taken.
async fn embedded_issuer(port: u16) -> Result<DevIssuer, BindError> {
    let at = |port| DevIssuer::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    let bound = match at(port).await {
        Err(BindError::Listen(_)) => at(0).await?,
        bound => bound?,
    };
    let described = FilesScope::ENTRIES.iter().map(|entry| (entry.scope().as_str(), entry.description()));
    Ok(bound.with_descriptions(described))
}
