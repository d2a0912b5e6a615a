//! Servers made with rmcp.

mod extract;
mod local;
mod place;
mod refusal;
mod scoped;
mod server;

pub use self::{local::LocalTrust, scoped::ScopedTools, server::McpServer};
