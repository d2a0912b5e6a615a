//! Operations of MCP servers that no row declares, and URIs that cost too much.
