//! An MCP server with three tools behind scopes. `files` is the server; the rest starts it and says how to try it.

pub mod files;
pub mod settings;
pub mod tour;
