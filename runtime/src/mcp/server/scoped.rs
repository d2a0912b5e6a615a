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

/// The tables of servers. As what has a bound: of a type of the program's own, the compiler would quote where it is.
#[derive(Debug)]
#[expect(unnameable_types, reason = "nobody has to name it")]
pub struct Tables;

/// A table of the tools and prompts of `S`, of a server that is [`ScopedTools`].
#[diagnostic::on_unimplemented(
    message = "`{S}` declares no scopes for its tools",
    note = "put `#[scoped_tools]` on the `impl` block with its `#[tool]` methods; the tables of named routers, and of prompts alone, go to `McpServer`"
)]
#[expect(unnameable_types, reason = "nobody has to name it")]
pub trait Have<S> {
    /// What each tool and prompt needs.
    const TOOLS: McpTable;
}

#[diagnostic::do_not_recommend]
impl<S: ScopedTools> Have<S> for Tables {
    const TOOLS: McpTable = S::TOOLS;
}
