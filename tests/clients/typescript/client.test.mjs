// `@modelcontextprotocol/client`, version 2, with the handshake and with automatic detection of the protocol.

import assert from "node:assert/strict";

import {
  Client,
  InsufficientScopeError,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from "@modelcontextprotocol/client";

import { scenarios } from "./scenarios.mjs";

for (const [mode, version] of [["legacy", "2025-11-25"], ["auto", "2026-07-28"]]) {
  scenarios(`client, ${mode}`, {
    version,
    UnauthorizedError,
    transport: (url, options) => new StreamableHTTPClientTransport(url, options),
    async connect(transport) {
      const client = new Client({ name: "test", version: "1" }, { versionNegotiation: { mode } });
      await client.connect(transport);
      return client;
    },
    finish: (transport, callback) => transport.finishAuth(callback),
    assertRefused(error) {
      assert.ok(error instanceof InsufficientScopeError, error);
      assert.equal(error.requiredScope, "files:read files:write");
      return true;
    },
  });
}
