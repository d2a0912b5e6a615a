//! Servers made with rmcp.

mod build;
mod extract;
mod local;
mod owned;
mod place;
mod reads;
mod refusal;
mod scoped;
mod serve;

pub use self::{build::McpServer, local::LocalTrust, scoped::ScopedTools};
