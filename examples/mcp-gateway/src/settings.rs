//! The settings, from the environment and the arguments.

use std::{env, fs};

use anyhow::{Context, anyhow};
use axum::http::HeaderValue;
use scopegate::StaticKeys;

use crate::config::Config;

/// The default file.
const EXAMPLE: &str = include_str!("../gateway.toml");

/// The gateway's port, its configuration, and its credentials for the server behind it.
#[derive(Debug)]
pub struct Settings {
    /// The port on 127.0.0.1 (`PORT`, 8080).
    pub port: u16,
    /// The file (the first argument, or `CONFIG`).
    pub config: Config,
    /// The `Authorization` header that the gateway sends to the server behind it (`UPSTREAM_AUTHORIZATION`).
    pub authorization: Option<HeaderValue>,
}

impl Settings {
    /// Reads the environment and the file.
    ///
    /// # Errors
    ///
    /// If a variable or the file has an invalid value, or something is missing.
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
/// If there are none, or one of them is invalid.
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

/// Reads a variable. An empty variable counts as unset.
fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}
