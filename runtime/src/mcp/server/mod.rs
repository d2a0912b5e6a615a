//! Servers made with rmcp.

mod announced;
mod build;
mod extract;
mod gate;
mod lift;
mod lists;
mod local;
mod owned;
mod place;
mod refusal;
mod rowless;
mod schemes;
mod scoped;
mod serve;
mod unserved;

pub(super) use self::lift::AsksForTools;
pub use self::{build::McpServer, extract::Caller, lists::Lists, local::LocalTrust, scoped::ScopedTools};
