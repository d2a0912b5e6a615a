//! Servers whose tools and prompts declare scopes.

use crate::mcp::McpTable;

/// A server whose tools and prompts declare what they need; [`scoped_tools`](crate::scoped_tools) implements it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` declares no scopes for its tools",
    label = "no table of its tools",
    note = "put `#[scoped_tools]` on the `impl` block with its `#[tool]` methods; the tables of named routers, and of prompts alone, go to `McpServer`"
)]
pub trait ScopedTools {
    /// What each tool and prompt needs.
    const TOOLS: McpTable;
}
