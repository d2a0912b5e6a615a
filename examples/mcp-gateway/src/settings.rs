//! What the environment and the arguments say.

use std::{env, fs};

use anyhow::{Context, anyhow};
use axum::http::HeaderValue;
use scopegate::StaticKeys;

use crate::config::Config;

/// The file that counts if none is named.
const EXAMPLE: &str = include_str!("../gateway.toml");

/// Where the gateway listens, what its file says, and how the server behind it knows the gateway.
#[derive(Debug)]
pub struct Settings {
    /// The port on 127.0.0.1 (`PORT`, 8080).
    pub port: u16,
    /// The file (the first argument, or `CONFIG`).
    pub config: Config,
    /// What the gateway itself sends to the server behind it (`UPSTREAM_AUTHORIZATION`).
    pub authorization: Option<HeaderValue>,
}

impl Settings {
    /// Reads the environment and the file.
    ///
    /// # Errors
    ///
    /// When a variable or the file says what it cannot, or something is missing.
    pub fn read() -> anyhow::Result<Self> {
        let port = match variable("PORT") {
            Some(port) => port
                .parse()
                .with_context(|| format!("PORT is {port:?}; it takes a port number, such as 8080"))?,
            None => 8080,
        };
        Ok(Self { port, config: config()?, authorization: authorization()? })
    }
}

fn config() -> anyhow::Result<Config> {
    let (name, text) = match env::args().nth(1).or_else(|| variable("CONFIG")) {
        Some(name) => {
            let text = fs::read_to_string(&name).with_context(|| format!("cannot read {name}"))?;
            (name, text)
        }
        None => ("gateway.toml".to_owned(), EXAMPLE.to_owned()),
    };
    Config::read(&text).map_err(|faults| anyhow!("{name} cannot be used:\n{faults}"))
}

/// Reads the keys of the variable that the file names.
///
/// # Errors
///
/// When there are none, or one that cannot be a key.
pub fn keys(name: &str) -> anyhow::Result<StaticKeys> {
    let keys = variable(name).with_context(|| format!("the file takes keys from {name}, so set it"))?;
    StaticKeys::parse(&keys).with_context(|| format!("{name} cannot be used"))
}

fn authorization() -> anyhow::Result<Option<HeaderValue>> {
    let Some(text) = variable("UPSTREAM_AUTHORIZATION") else { return Ok(None) };
    let mut value = HeaderValue::try_from(text)
        .context("UPSTREAM_AUTHORIZATION cannot be a header; write it as in \"Bearer secret\"")?;
    value.set_sensitive(true);
    Ok(Some(value))
}

/// An empty variable is as good as none.
fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}
