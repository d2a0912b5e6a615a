// An MCP server made with the official SDK, without authorization, over Streamable HTTP and with sessions.

import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";

import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";

/** Serves on a free port. `calls` counts the calls, and `requests` has the headers of each request. */
export async function startNotes() {
  const calls = { read_notes: 0, write_note: 0, purge_notes: 0 };
  const requests = [];
  const sessions = new Map();
  const servers = [];

  const server = createServer(async (request, response) => {
    requests.push(request.headers);
    const known = sessions.get(request.headers["mcp-session-id"]);
    if (known === undefined && request.headers["mcp-session-id"] !== undefined) {
      return void response.writeHead(404).end();
    }
    await (known ?? (await open())).handleRequest(request, response);
  });

  async function open() {
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => void sessions.set(id, transport),
    });
    const server = notes(calls);
    await server.connect(transport);
    servers.push(server);
    return transport;
  }

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const stop = async () => {
    for (const transport of sessions.values()) await transport.close();
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  };
  const url = new URL(`http://127.0.0.1:${server.address().port}/`);
  return { url, calls, requests, sessions, servers, stop };
}

function notes(calls) {
  const server = new McpServer({ name: "notes", version: "1" });
  const said = { read_notes: "no notes", write_note: "wrote a note", purge_notes: "purged" };
  for (const [name, text] of Object.entries(said)) {
    server.registerTool(name, { description: name }, async () => {
      calls[name] += 1;
      return { content: [{ type: "text", text }] };
    });
  }
  return server;
}
