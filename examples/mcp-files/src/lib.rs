//! An MCP server with tools, a prompt and resources behind scopes. `files` is the server; the rest starts it and says how to
//! try it.

pub mod files;
pub mod settings;
pub mod tour;
