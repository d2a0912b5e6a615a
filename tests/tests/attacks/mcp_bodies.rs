//! Bodies and connections that an MCP server reads differently from the gate before it.
