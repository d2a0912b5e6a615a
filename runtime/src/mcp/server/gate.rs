//! The short form of `McpServer`, for a server with one block of tools and no settings.

use axum::Router;
use rmcp::ServerHandler;

use super::{
    McpServer,
    scoped::{Have, Tables},
};
use crate::{gate::Gate, policy::StartupError};

impl Gate {
    /// Makes the router of an MCP server. The router serves the metadata document. rmcp's service is at the path of the
    /// resource, behind this gate.
    ///
    /// This is the short form of [`McpServer`](crate::mcp::McpServer) for a server whose tools and prompts are all in
    /// one [`#[scoped_tools]`](crate::scoped_tools) block.
    ///
    /// If a tool or prompt is outside the block, the gate rejects it as unknown. This also applies to tools and prompts
    /// of another rmcp router, and to those that the server adds at run time. The gate also rejects every MCP resource
    /// as unknown. To allow other operations, add their tables with [`McpServer::table`](crate::mcp::McpServer::table).
    ///
    /// If the `Host` of a request is not the host of the resource, the answer is 403, even with a valid token. The port
    /// does not matter. If the resource is on a loopback host, the server also accepts `localhost`, `127.0.0.1` and
    /// `[::1]`.
    ///
    /// # Errors
    ///
    /// Fails if the gate or the table has a problem, or if the path of the resource cannot be a route. The error lists
    /// all problems.
    ///
    /// # Examples
    ///
    /// ```
    /// use rmcp::{ServerHandler, tool, tool_handler};
    /// use scopegate::{Gate, Resource, Scope, requires_scope, scoped_tools};
    /// # use scopegate::{Presented, Token, TokenVerifier, VerifyError};
    /// # struct Sessions;
    /// # impl TokenVerifier for Sessions {
    /// #     async fn verify(&self, _: &Presented<'_>) -> Result<Token, VerifyError> { Err(VerifyError::expired()) }
    /// # }
    ///
    /// struct Files;
    ///
    /// #[scoped_tools]
    /// impl Files {
    ///     /// Forgets every file.
    ///     #[requires_scope("files:admin")]
    ///     #[tool]
    ///     async fn purge_files(&self) {}
    /// }
    ///
    /// #[tool_handler]
    /// impl ServerHandler for Files {}
    ///
    /// let resource = Resource::new("https://example.com/mcp")?.authorization_server("https://auth.example.com")?;
    /// let gate = Gate::new(resource, Sessions).floor([Scope::from_static("files:read")]);
    /// let app: axum::Router = gate.mcp(|| Files)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// `S` must implement [`ScopedTools`](crate::mcp::ScopedTools).
    #[rustfmt::skip] // The compiler's error quotes all lines from the name to the bound, so both are on one line.
    pub fn mcp<S: ServerHandler>(&self, make: impl Fn() -> S + Send + Sync + 'static) -> Result<Router, StartupError> where Tables: Have<S> {
        McpServer::new(self, make).table(&Tables::TABLE).build()
    }
}
