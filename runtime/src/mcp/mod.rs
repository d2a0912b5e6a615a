//! Scopes for MCP servers.

mod depth;
mod json;
mod message;
mod subject;
