//! The settings, from the environment.

use std::env;

use anyhow::{Context, bail};
use scopegate::{Gate, InvalidResource, Resource, dpop::Dpop};

use crate::files::FilesScope;

/// The API's port and URL, and its authorization server.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The port on 127.0.0.1 (`PORT`, 8080).
    pub port: u16,
    /// The public URL of the API (`RESOURCE`, `http://127.0.0.1:PORT`).
    pub resource: String,
    /// An external authorization server (`ISSUER`). Without it, the embedded one runs.
    pub issuer: Option<String>,
    /// Whether tokens bound to a client's key are `accepted` or `required` (`DPOP`). Without it, they are refused.
    pub dpop: Option<Dpop>,
}

impl Settings {
    /// Reads the environment.
    ///
    /// # Errors
    ///
    /// If `PORT` is not a port number, or `DPOP` is neither `accepted` nor `required`.
    pub fn from_env() -> anyhow::Result<Self> {
        let port = match env::var("PORT") {
            Ok(port) => port
                .parse()
                .with_context(|| format!("PORT is {port:?}; it takes a port number, such as 8080"))?,
            Err(_) => 8080,
        };
        let resource = env::var("RESOURCE").unwrap_or_else(|_| format!("http://127.0.0.1:{port}"));
        let dpop = match env::var("DPOP").as_deref() {
            // With a nonce, nobody can make proofs in advance. The nonce also shows whether clients retry a request
            // with it.
            Ok("accepted") => Some(Dpop::accepted().nonce()),
            Ok("required") => Some(Dpop::required().nonce()),
            Ok(other) => bail!("DPOP is {other:?}; it takes `accepted` or `required`"),
            Err(_) => None,
        };
        Ok(Self { port, resource, issuer: env::var("ISSUER").ok(), dpop })
    }

    /// Returns the port on which the embedded authorization server listens, unless it is taken.
    #[must_use]
    pub fn embedded_port(&self) -> u16 {
        self.port.checked_add(1).unwrap_or_default()
    }

    /// Makes the gate of the API, for tokens of `issuer`.
    ///
    /// # Errors
    ///
    /// If the resource or the issuer is not a valid URL for its purpose.
    pub fn gate(&self, issuer: &str) -> Result<Gate, InvalidResource> {
        let gate = Gate::jwt(self.resource(issuer)?).vocabulary::<FilesScope>();
        Ok(match &self.dpop {
            Some(dpop) => gate.dpop(dpop.clone()),
            None => gate,
        })
    }

    /// Describes the API, whose tokens `issuer` issues.
    ///
    /// # Errors
    ///
    /// If the resource or the issuer is not a valid URL for its purpose.
    pub fn resource(&self, issuer: &str) -> Result<Resource, InvalidResource> {
        Ok(Resource::new(&self.resource)?.authorization_server(issuer)?.name("Quickstart files"))
    }
}
