//! The settings, from the environment.

use std::env;

use anyhow::{Context, bail};
use scopegate::{
    Gate, Issuer, Resource, Scope, StaticKeys,
    dpop::Dpop,
    mcp::{Dialect, Lists},
};

/// The scope that every request needs.
const FLOOR: Scope = Scope::from_static("files:read");

/// The server's port and URL, and who has access.
#[derive(Debug)]
pub struct Settings {
    /// The port on 127.0.0.1 (`PORT`, 8080).
    pub port: u16,
    /// The public URL of the endpoint (`RESOURCE`, `http://127.0.0.1:PORT/mcp`).
    pub resource: Resource,
    /// Who has access (`AUTH_MODE`, `oauth`).
    pub access: Access,
    /// The options of the server.
    pub server: Server,
}

/// The options of the server.
#[derive(Debug)]
pub struct Server {
    /// Whether clients that support sessions get one (`SESSIONS`, `0`).
    pub sessions: bool,
    /// Whether clients without a token can discover the server, and call one tool (`ANONYMOUS`, `0`).
    pub anonymous: bool,
    /// How a refused tool call is answered (`DIALECT`, `http`).
    pub dialect: Dialect,
    /// The operations that lists show to a caller (`LISTS`, `all`).
    pub lists: Lists,
    /// Whether tokens bound to a client's key are accepted or required (`DPOP`). Unless set, they are refused.
    pub dpop: Option<Dpop>,
}

/// Who has access.
#[derive(Debug)]
pub enum Access {
    /// Clients with a token of an authorization server: its issuer, and the URL of its keys if set.
    OAuth(String, Option<String>),
    /// Clients with a token of the authorization server that this program starts, because none is set.
    Embedded,
    /// Clients with a static key.
    Keys(StaticKeys),
}

impl Settings {
    /// Reads the environment.
    ///
    /// # Errors
    ///
    /// If a variable has an invalid value, or a variable that another needs is missing.
    pub fn from_env() -> anyhow::Result<Self> {
        let port = match variable("PORT") {
            Some(port) => port
                .parse()
                .with_context(|| format!("PORT is {port:?}; it takes a port number, such as 8080"))?,
            None => 8080,
        };
        let resource = variable("RESOURCE").unwrap_or_else(|| format!("http://127.0.0.1:{port}/mcp"));
        let access = match (variable("AUTH_MODE").as_deref().unwrap_or("oauth"), variable("ISSUER")) {
            ("oauth", Some(issuer)) => Access::OAuth(issuer, variable("JWKS_URI")),
            ("oauth", None) => Access::Embedded,
            ("static", _) => {
                let keys = variable("STATIC_KEYS").context("AUTH_MODE is \"static\", so set STATIC_KEYS")?;
                Access::Keys(StaticKeys::parse(&keys)?)
            }
            (other, _) => bail!("AUTH_MODE is {other:?}; it is \"oauth\" or \"static\""),
        };
        let server = Server::from_env()?;
        Ok(Self { port, resource: Resource::new(resource)?.name("Files in memory"), access, server })
    }
}

impl Server {
    fn from_env() -> anyhow::Result<Self> {
        let dialect = match variable("DIALECT").as_deref() {
            None | Some("http") => Dialect::Http,
            Some("tool-result") => Dialect::ToolResult,
            Some(other) => bail!("DIALECT is {other:?}; it is \"http\" or \"tool-result\""),
        };
        let lists = match variable("LISTS").as_deref() {
            None | Some("all") => Lists::All,
            Some("reachable") => Lists::Reachable,
            Some("callable") => Lists::Callable,
            Some(other) => bail!("LISTS is {other:?}; it is \"all\", \"reachable\" or \"callable\""),
        };
        let dpop = match variable("DPOP").as_deref() {
            None => None,
            Some("accepted") => Some(Dpop::accepted().nonce()),
            Some("required") => Some(Dpop::required().nonce()),
            Some(other) => bail!("DPOP is {other:?}; it is \"accepted\" or \"required\""),
        };
        Ok(Self { sessions: switch("SESSIONS")?, anonymous: switch("ANONYMOUS")?, dialect, lists, dpop })
    }
}

/// Reads a variable that is on or off.
fn switch(name: &str) -> anyhow::Result<bool> {
    match variable(name).as_deref() {
        None | Some("0") => Ok(false),
        Some("1") => Ok(true),
        Some(other) => bail!("{name} is {other:?}; it is \"1\" or \"0\""),
    }
}

/// Reads a variable. An empty variable counts as unset.
fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// Makes the gate for tokens of an authorization server.
///
/// # Errors
///
/// If one of the URLs is not valid for its purpose.
pub fn oauth(resource: Resource, issuer: &str, jwks_uri: Option<&str>) -> anyhow::Result<Gate> {
    let resource = resource.authorization_server(issuer)?;
    let issuer = Issuer::new(issuer);
    let issuer = match jwks_uri {
        Some(uri) => issuer.jwks_uri(uri),
        None => issuer,
    };
    Ok(Gate::issuers(resource, issuer).floor([FLOOR]))
}

/// Makes the gate for static keys.
#[must_use]
pub fn keys(keys: StaticKeys) -> Gate {
    Gate::static_keys("mcp-files", keys).floor([FLOOR])
}
