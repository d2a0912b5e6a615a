//! The gate, and the development authorization server.

use std::net::{Ipv4Addr, SocketAddr};

use dev_issuer::{BindError, DevIssuer};
use scopegate::{Gate, Issuer, Resource};

use crate::{
    config::{Access, Config},
    settings,
};

/// Makes the gate of a file, and starts the authorization server if the file asks for it.
///
/// # Errors
///
/// If one of the URLs is not valid for its purpose, there are no keys, or the authorization server cannot start.
pub async fn gate(config: &Config, port: u16) -> anyhow::Result<Gate> {
    let resource = config.resource.clone();
    let gate = match &config.access {
        Access::Issuer(issuer, jwks_uri) => {
            println!("Tokens come from {issuer}.");
            of_issuer(resource, issuer, jwks_uri.as_deref())?
        }
        Access::Development => {
            let embedded = embedded_issuer(port).await?;
            let issuer = embedded.issuer().to_owned();
            tokio::spawn(embedded.serve());
            println!(
                "FOR DEVELOPMENT ONLY: the authorization server at {issuer} grants any scope to anybody."
            );
            of_issuer(resource, &issuer, None)?
        }
        Access::Keys(variable) => {
            println!("Access is by the keys in {variable}.");
            Gate::static_keys("mcp-gateway", settings::keys(variable)?)
        }
    };
    Ok(gate.floor(config.floor.iter().cloned()))
}

fn of_issuer(resource: Resource, issuer: &str, jwks_uri: Option<&str>) -> anyhow::Result<Gate> {
    let resource = resource.authorization_server(issuer)?;
    let issuer = Issuer::new(issuer);
    let issuer = match jwks_uri {
        Some(uri) => issuer.jwks_uri(uri),
        None => issuer,
    };
    Ok(Gate::issuers(resource, issuer))
}

/// Starts the authorization server on the port after the gateway's, or on any free port if that is taken.
async fn embedded_issuer(port: u16) -> Result<DevIssuer, BindError> {
    let at = |port| DevIssuer::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    match at(port.checked_add(1).unwrap_or_default()).await {
        Err(BindError::Listen(_)) => at(0).await,
        bound => bound,
    }
}
