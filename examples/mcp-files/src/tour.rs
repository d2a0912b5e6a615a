//! How to try the server with common clients.

/// Returns the commands to type, for a server at `resource`.
#[must_use]
pub fn instructions(resource: &str) -> String {
    format!(
        "\
Claude Code (then `/mcp` in it, to log in):
    claude mcp add --transport http mcp-files {resource}

The MCP Inspector (transport: Streamable HTTP, URL: {resource}):
    npx @modelcontextprotocol/inspector

Any client that starts its servers itself, through mcp-remote:
    npx mcp-remote {resource}

Claude Code and the Inspector ask for all scopes when they log in, and never for more later: what you leave unticked then,
their tools are refused. mcp-remote asks for files:read, and for more when a tool needs it.

Without a client: 401, and which scope to ask for.
    curl -i -w '\\n' -X POST {resource}
"
    )
}
