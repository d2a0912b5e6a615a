// The example `mcp-gateway`, with the official clients. The server behind the gateway is made with the official SDK,
// and has no authorization.

import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { Client, StreamableHTTPClientTransport, UnauthorizedError } from "@modelcontextprotocol/client";
import { UnauthorizedError as UnauthorizedError1 } from "@modelcontextprotocol/sdk/client/auth.js";
import { Client as Client1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as Transport1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

import { startNotes } from "./notes.mjs";
import { Provider } from "./provider.mjs";
import { recorder } from "./recorder.mjs";
import { freePort, startProgram } from "./server.mjs";

/** Starts the gateway in front of a server. `purge_notes` is not in its table. */
async function startGateway(t, upstream) {
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), "mcp-gateway-"));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, "gateway.toml");
  await writeFile(file, `
    resource = "http://127.0.0.1:${port}/mcp"
    upstream = "${upstream}"
    issuer = "development"
    floor = "notes"

    [tools]
    read_notes = "authenticated"
    write_note = "notes:write"
  `);
  const gateway = await startProgram("mcp-gateway", port, { CONFIG: file });
  t.after(gateway.stop);
  return gateway.url;
}

const clients = [
  {
    name: "sdk",
    UnauthorizedError: UnauthorizedError1,
    Client: Client1,
    Transport: Transport1,
    finish: (transport, callback) => transport.finishAuth(callback.get("code")),
  },
  {
    name: "client",
    UnauthorizedError,
    Client,
    Transport: StreamableHTTPClientTransport,
    finish: (transport, callback) => transport.finishAuth(callback),
  },
];

for (const sdk of clients) {
  test(`${sdk.name}: it logs in at the gateway, steps up once, and gets no further than the table`, async (t) => {
    const notes = await startNotes();
    t.after(notes.stop);
    const url = await startGateway(t, notes.url);
    const { exchanges, fetch } = recorder();
    const provider = new Provider();
    const transport = () => new sdk.Transport(url, { authProvider: provider, fetch });
    const client = () => new sdk.Client({ name: "test", version: "1" });

    const first = transport();
    await assert.rejects(client().connect(first), sdk.UnauthorizedError);
    assert.equal(notes.requests.length, 0);
    await sdk.finish(first, provider.callback);
    assert.equal(provider.tokens().scope, "notes");

    const second = transport();
    const connected = client();
    await connected.connect(second);
    t.after(() => connected.close());
    const { tools } = await connected.listTools();
    assert.deepEqual(tools.map((tool) => tool.name), ["read_notes", "write_note", "purge_notes"]);
    assert.equal(await call(connected, "read_notes"), "no notes");

    await assert.rejects(call(connected, "write_note"), sdk.UnauthorizedError);
    assert.equal(notes.calls.write_note, 0);
    await sdk.finish(second, provider.callback);
    assert.equal(await call(connected, "write_note"), "wrote a note");
    assert.deepEqual(provider.asked.map((request) => request.scope), ["notes", "notes notes:write"]);
    const refused = exchanges.filter((exchange) => exchange.status === 403);
    assert.equal(refused.length, 1);
    assert.ok(refused[0].challenge.startsWith('Bearer error="insufficient_scope", scope="notes notes:write", '));

    // The server has this tool, but the table does not.
    await assert.rejects(call(connected, "purge_notes"), (error) => {
      assert.equal(error.code, -32602);
      assert.match(error.message, /Unknown tool: purge_notes/);
      return true;
    });
    assert.equal(await call(connected, "read_notes"), "no notes");
    assert.deepEqual(notes.calls, { read_notes: 2, write_note: 1, purge_notes: 0 });

    // There is one session. The server knows it by its own id and the client by the gate's id. The server receives no token.
    assert.equal(notes.sessions.size, 1);
    const [session] = notes.sessions.keys();
    assert.ok(second.sessionId.startsWith(`${session}.`), second.sessionId);
    assert.ok(notes.requests.every((headers) => headers.authorization === undefined));
    assert.ok(notes.requests.slice(1).every((headers) => headers["mcp-session-id"] === session));
  });
}

test("what the server says by itself reaches the client, on a stream without an end", async (t) => {
  const notes = await startNotes();
  t.after(notes.stop);
  const url = await startGateway(t, notes.url);
  const provider = new Provider();
  const transport = () => new Transport1(url, { authProvider: provider });
  const first = transport();
  await assert.rejects(new Client1({ name: "test", version: "1" }).connect(first), UnauthorizedError1);
  await first.finishAuth(provider.callback.get("code"));

  const client = new Client1({ name: "test", version: "1" });
  const changed = new Promise((resolve) => {
    client.fallbackNotificationHandler = async (notification) => resolve(notification.method);
  });
  await client.connect(transport());
  t.after(() => client.close());
  // The notification uses the stream that the client opens with GET. Until it is open, the server drops notifications.
  const saying = setInterval(() => notes.servers[0].sendToolListChanged(), 50);
  t.after(() => clearInterval(saying));
  assert.equal(await changed, "notifications/tools/list_changed");
});

async function call(client, name) {
  const result = await client.callTool({ name, arguments: {} });
  assert.ok(!result.isError, JSON.stringify(result));
  return result.content[0].text;
}
