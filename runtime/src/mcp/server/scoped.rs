//! Servers whose tools and prompts declare scopes.

use crate::mcp::McpTable;

/// A server whose tools and prompts declare their scopes; [`scoped_tools`](crate::scoped_tools) implements this trait.
/// If several `impl` blocks of a type have tools but lack `router = NAME`, the compiler reports conflicting
/// implementations of this trait. Write `#[scoped_tools(router = NAME)]` on all of these blocks except one.
///
/// # Examples
///
/// ```
/// use scopegate::{mcp::{ScopedTools, rmcp::tool}, requires_scope, scoped_tools};
///
/// #[derive(Clone)]
/// struct Files;
///
/// #[scoped_tools(rmcp = ::scopegate::mcp::rmcp, server_handler)]
/// impl Files {
///     /// Lists the files.
///     #[requires_scope("files:read")]
///     #[tool]
///     async fn list_files(&self) -> String {
///         "hello.txt".to_owned()
///     }
/// }
///
/// assert_eq!(<Files as ScopedTools>::TOOLS.to_string(), "tools/call  list_files  files:read\n");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` declares no scopes for its tools",
    label = "no table of its tools",
    note = "put `#[scoped_tools]` on the `impl` block with its `#[tool]` methods; pass the tables of named routers, and of blocks with only prompts, to `McpServer`"
)]
pub trait ScopedTools {
    /// The requirement of each tool and prompt.
    const TOOLS: McpTable;
}

/// The type in the bound `Tables: Have<S>`, which demands a table for the server `S`. If the bound were on `S`
/// itself, the compiler's error would also quote the declaration of `S`.
#[derive(Debug)]
#[expect(unnameable_types, reason = "nobody has to name it")]
pub struct Tables;

/// Gives the table of the tools and prompts of a server `S`. `Tables` implements this trait for each `S` that
/// implements [`ScopedTools`].
#[diagnostic::on_unimplemented(
    message = "`{S}` declares no scopes for its tools",
    note = "put `#[scoped_tools]` on the `impl` block with its `#[tool]` methods; pass the tables of named routers, and of blocks with only prompts, to `McpServer`"
)]
#[expect(unnameable_types, reason = "nobody has to name it")]
pub trait Have<S> {
    /// The requirement of each tool and prompt. If the constant were named `TOOLS`, the compiler would suggest this
    /// trait to a program that uses `S::TOOLS` for an `S` without a table.
    const TABLE: McpTable;
}

#[diagnostic::do_not_recommend]
impl<S: ScopedTools> Have<S> for Tables {
    const TABLE: McpTable = S::TOOLS;
}
