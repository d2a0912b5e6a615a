//! An MCP server with tools, a prompt and resources behind scopes. `files` is the server. The rest starts it and prints how to
//! try it.

pub mod files;
pub mod settings;
pub mod tour;
