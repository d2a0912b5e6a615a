//! Servers made with rmcp.

mod build;
mod extract;
mod gate;
mod local;
mod owned;
mod place;
mod refusal;
mod scoped;
mod serve;
mod unserved;

pub use self::{build::McpServer, extract::Caller, local::LocalTrust, scoped::ScopedTools};
