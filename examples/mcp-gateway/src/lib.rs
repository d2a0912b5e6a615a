//! A reverse proxy that adds scopes to any MCP server. `config` reads the file and `settings` the environment,
//! `access` makes the gate, and `upstream` passes requests on.

pub mod access;
pub mod config;
pub mod settings;
pub mod upstream;
