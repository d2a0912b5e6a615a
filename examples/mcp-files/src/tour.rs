//! How to try the server with common clients.

/// Returns the commands to type, for a server at `resource`.
#[must_use]
pub fn instructions(resource: &str) -> String {
    format!(
        "\
Claude Code (type `/mcp` in it to log in):
    claude mcp add --transport http mcp-files {resource}

The MCP Inspector (transport: Streamable HTTP, URL: {resource}):
    npx @modelcontextprotocol/inspector

Any client that starts its servers itself, through mcp-remote:
    npx mcp-remote {resource}

Claude Code and the Inspector ask for all scopes when they log in, and never for more later. If you untick a scope, the tools
that need it are refused. mcp-remote asks for files:read, and for more when a tool needs it.

Without a client, the answer is a 401 that names the scope to ask for:
    curl -i -w '\\n' -X POST {resource}
"
    )
}
